using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>One attempt in the plan of a login: a key with a certificate makes two of them.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="Name">What a sentence or a report calls it.</param>
internal sealed record CredentialUse(Credential Credential, string Name)
{
    /// <summary>The certificate it is used with, or null.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>What is wrong with it, known from the beginning; null where nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about the problem, or null.</summary>
    public string? Remedy { get; init; }
}
