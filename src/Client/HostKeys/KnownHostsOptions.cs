using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Client;

/// <summary>Where known hosts stand, and how they are used; each as ssh_config's option of that or a similar name.</summary>
public sealed record KnownHostsOptions
{
    /// <summary>The user's files; what is learnt is written to the first. None remembers nothing. By default
    /// <c>.ssh/known_hosts</c> and <c>.ssh/known_hosts2</c> in the user's home directory (UserKnownHostsFile).</summary>
    public ImmutableArray<string> Files { get; init; } = DefaultFiles;

    /// <summary>The system's files, which are only read; by default <c>ssh_known_hosts</c> and <c>ssh_known_hosts2</c> in
    /// <c>/etc/ssh</c>, on Windows in <c>%ProgramData%\ssh</c> (GlobalKnownHostsFile).</summary>
    public ImmutableArray<string> GlobalFiles { get; init; } = DefaultGlobalFiles;

    /// <summary>A key revocation list, or a text file with a public key in each line, whose keys are never accepted; a file that
    /// cannot be read lets nobody in. Null for none (RevokedHostKeys).</summary>
    public string? RevokedHostKeys { get; init; }

    /// <summary>The name the host has in the files and in its certificate, instead of its own and without a port: for tunnels, and
    /// for several servers on one machine. Null for its own (HostKeyAlias).</summary>
    public string? HostKeyAlias { get; init; }

    /// <summary>Writes hashes in the place of names, so that who reads the file does not learn which hosts the user knows
    /// (HashKnownHosts).</summary>
    public bool HashNames { get; init; }

    /// <summary>Learns a server's other host keys after the login, where the server was known by a key in the user's first file, and
    /// forgets those it has no more (UpdateHostKeys). Null does so where <see cref="Files"/> are the default, as OpenSSH.</summary>
    public bool? UpdateHostKeys { get; init; }

    /// <summary>The algorithms a certificate authority may have signed with; by default all but ssh-rsa, which signs with SHA-1
    /// (CASignatureAlgorithms).</summary>
    public ImmutableArray<string> AuthorityAlgorithms { get; init; } = CertificateRules.DefaultAuthorityAlgorithms;

    /// <summary>The time that who is asked about an unknown host may take to answer. Servers give less: OpenSSH's waits two minutes for
    /// the whole login (LoginGraceTime).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock that certificates are valid by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal static ImmutableArray<string> DefaultFiles { get; } = [KnownHostsFile.DefaultPath, $"{KnownHostsFile.DefaultPath}2"];

    internal static ImmutableArray<string> DefaultGlobalFiles { get; } = OperatingSystem.IsWindows()
        ? Global(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "ssh"))
        : Global("/etc/ssh");

    /// <summary>These files and no others.</summary>
    internal static KnownHostsOptions Only(string path) => new() { Files = [path], GlobalFiles = [] };

    internal bool LearnsHostKeys => !Files.IsEmpty && (UpdateHostKeys ?? Files.SequenceEqual(DefaultFiles));

    private static ImmutableArray<string> Global(string directory) =>
        [Path.Combine(directory, "ssh_known_hosts"), Path.Combine(directory, "ssh_known_hosts2")];
}
