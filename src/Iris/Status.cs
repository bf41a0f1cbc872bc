using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>What a method of the facade returns in place of an exception: success, or a failure with IRIS's and libssh2's numbers and
/// the true explanation.</summary>
public sealed class Status
{
    private Status(int rc, string canonical, string origin, SshException? failure) =>
        (ReturnCode, Canonical, Origin, Failure) = (rc, canonical, origin, failure);

    /// <summary>Success.</summary>
    public static Status Ok { get; } = new(0, "", "", null);

    /// <summary>True for success.</summary>
    public bool IsOk => ReturnCode == 0;

    /// <summary>libssh2's number, 0 or negative; for example -5 (LIBSSH2_ERROR_KEX_FAILURE).</summary>
    public int ReturnCode { get; }

    /// <summary>IRIS's number, as it prints it in decimal; 0 for success.</summary>
    public int HResult => IsOk ? 0 : Libssh2Number.Find(ReturnCode)!.IrisDecimal;

    /// <summary>What libssh2 says in this case.</summary>
    public string Canonical { get; }

    /// <summary>What happened; null for success.</summary>
    public SshException? Failure { get; }

    /// <summary>The true explanation and its remedy; empty for success.</summary>
    public string Explanation => Failure?.Message ?? "";

    private string Origin { get; }

    /// <summary>IRIS's text with the explanation behind it; <c>OK</c> for success.</summary>
    public override string ToString() => IsOk
        ? "OK"
        : $"ERROR #7500: SSH Connect Error '{HResult}': SSH Error [{HResult:X8}]: {Canonical} [{HResult:X8}] at {Origin}: {Explanation}";

    internal static Status Of(SshException failure, string origin)
    {
        (int rc, string canonical) = Libssh2Errors.Map(failure);
        return new Status(rc, canonical, origin, failure);
    }
}
