using System.Text;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Client;

/// <summary>The table of docs/ssh-config.md is the code's.</summary>
public class ConfigDocumentTests
{
    [Fact]
    public void Keywords_InTheDocument_AreTheCodes()
    {
        StringBuilder table = new("| keyword | value | what it does here |\n| --- | --- | --- |\n");
        foreach (ConfigKeyword keyword in ConfigKeywords.All.Where(keyword => keyword.Effect != KeywordEffect.Recognised))
            table.Append($"| `{keyword.Name}` | {keyword.Form.Description.Replace("|", "\\|", StringComparison.Ordinal)} | {keyword.Meaning}{(keyword.Effect == KeywordEffect.Told ? " ¹" : "")} |\n");
        table.Append("\n¹ told to the program that asks (`HostConfiguration`); `lucid` uses it as the table says.\n\n");
        table.Append("Recognised, without an effect here: ");
        table.AppendJoin(", ", ConfigKeywords.All.Where(keyword => keyword.Effect == KeywordEffect.Recognised).Select(keyword => $"`{keyword.Name}`").Order(StringComparer.OrdinalIgnoreCase));
        table.Append(".\n");
        GeneratedDocument.CheckSection("docs/ssh-config.md", "keywords", table.ToString());
    }

    [Fact]
    public void Keywords_EachOnce_WithAMeaning()
    {
        Assert.Equal(ConfigKeywords.All.Length, ConfigKeywords.All.Select(keyword => keyword.Name.ToUpperInvariant()).Distinct().Count());
        Assert.All(ConfigKeywords.All.Where(keyword => keyword.Effect != KeywordEffect.Recognised), keyword => Assert.NotEmpty(keyword.Meaning));
    }
}
