using System.Text;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Transport;

public sealed class AlgorithmDocumentTests
{
    [Fact]
    public void Document_ListsEveryAlgorithm()
    {
        StringBuilder text = new();
        Table("Key exchange", "method", "hash", KexTable.All.Select(row => (row.Name, row.Hash.ToString().ToUpperInvariant().Replace("SHA", "SHA-", StringComparison.Ordinal), row.Posture)));
        Table("Host and user keys", "algorithm", "key type", HostKeyTable.All.Select(row => (row.Name, row.KeyType, row.Posture)));
        // The same on every machine: which of the authenticated ciphers comes first depends on the processor.
        Table("Ciphers", "cipher", "key bits", CipherTable.All.OrderByDescending(row => row.Construction == CipherConstruction.AesGcm).Select(
            row => (row.Name, (row.Construction == CipherConstruction.ChaChaPoly ? 256 : row.KeyLength * 8).ToString(), row.Posture)));
        Table("MACs", "MAC", "tag bits", MacTable.All.Select(row => (row.Name, (row.TagLength * 8).ToString(), row.Posture)));
        GeneratedDocument.CheckSection("docs/algorithms.md", "algorithms", text.ToString());

        void Table(string title, string name, string detail, IEnumerable<(string Name, string Detail, Posture Posture)> rows)
        {
            text.Append($"## {title}\n\n| {name} | {detail} | offered |\n| --- | --- | --- |\n");
            foreach ((string row, string value, Posture posture) in rows)
                text.Append($"| {row} | {value} | {(posture == Posture.Offered ? "yes" : "by name")} |\n");
            text.Append('\n');
        }
    }
}
