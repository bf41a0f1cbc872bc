using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>An authenticator with its users in memory: for a demonstration, a test, a small server. Passwords are kept as salted
/// PBKDF2 hashes and compared in constant time, for unknown users too. The method keyboard-interactive asks for the password.</summary>
public sealed class SimpleAuthenticator : Authenticator
{
    // Enough to make a memory dump's guessing slow; a login is tried a few times a second at most, not thousands.
    private const int Iterations = 10_000;

    private readonly ConcurrentDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly User _nobody;
    private readonly string? _banner;

    /// <summary>An authenticator without users.</summary>
    /// <param name="methods">What lets a user in; null: any one of publickey, password and keyboard-interactive.</param>
    /// <param name="banner">Text shown before the login; null for none.</param>
    public SimpleAuthenticator(AuthenticationMethods? methods = null, string? banner = null)
    {
        Methods = methods ?? AuthenticationMethods.AnyOne;
        _banner = banner;
        byte[] unguessable = new byte[32];
        SystemRandom.Shared.Fill(unguessable);
        _nobody = new User(Hash(unguessable, unguessable), unguessable, hasPassword: false, [], isKnown: false);
    }

    /// <summary>What lets a user in, the same for all.</summary>
    public AuthenticationMethods Methods { get; }

    /// <summary>Authorities whose user certificates log in every user they name, as OpenSSH's <c>TrustedUserCAKeys</c>. Authorities of one
    /// user stand among that user's keys, with <see cref="KeyRestrictions.IsCertificateAuthority"/>.</summary>
    public ImmutableArray<PublicKey> Authorities { get; init; } = [];

    /// <summary>The principals that log a user in with a certificate of <see cref="Authorities"/>, as OpenSSH's
    /// <c>AuthorizedPrincipalsFile</c>; it returns null for a user whom no certificate logs in. Where there is no such function it is
    /// the user's own name.</summary>
    public Func<LoginContext, AuthorizedPrincipals?>? Principals { get; init; }

    /// <inheritdoc />
    public override string? Banner => _banner;

    /// <summary>Adds a user, or replaces one of that name.</summary>
    /// <param name="name">The user's name, matched exactly.</param>
    /// <param name="password">The password; null: none will do.</param>
    /// <param name="keys">The keys that log the user in.</param>
    public void AddUser(string name, string? password, IEnumerable<AuthorizedKey>? keys = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] salt = new byte[16];
        SystemRandom.Shared.Fill(salt);
        using Secret secret = SecretText.Encode(password);
        _users[name] = new User(Hash(secret.Span, salt), salt, password is not null, [.. keys ?? []]);
    }

    /// <inheritdoc />
    public override AuthenticationMethods MethodsFor(LoginContext context) => Methods;

    /// <inheritdoc />
    public override ValueTask<AuthorizedKey?> FindKeyAsync(LoginContext context, PublicKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(First(context, Find(context.User).Keys.Where(known => known.Key.Equals(key) && !known.Restrictions.IsCertificateAuthority)));
    }

    /// <inheritdoc />
    public override ValueTask<AuthorizedKey?> FindCertificateAsync(LoginContext context, Certificate certificate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(certificate);
        User user = Find(context.User);
        IEnumerable<AuthorizedKey> own = user.Keys.Where(known => known.Key.Equals(certificate.SignatureKey) && known.Restrictions.IsCertificateAuthority);
        IEnumerable<AuthorizedKey> common = user.IsKnown && Authorities.Contains(certificate.SignatureKey) ? ForEverybody(context, certificate) : [];
        AuthorizedKey[] all = [.. own, .. common];
        return ValueTask.FromResult(First(context, all.Where(known => NamesOf(known, context).Any(certificate.Principals.Contains))) ?? all.FirstOrDefault());
    }

    private IEnumerable<AuthorizedKey> ForEverybody(LoginContext context, Certificate certificate)
    {
        KeyRestrictions? restrictions = Principals is null ? KeyRestrictions.Authority : Principals(context)?.Find(context, certificate);
        return restrictions is null ? [] : [new AuthorizedKey(certificate.SignatureKey) { Restrictions = restrictions }];
    }

    private static ImmutableArray<string> NamesOf(AuthorizedKey authority, LoginContext context) =>
        authority.Restrictions.Principals.IsEmpty ? [context.User] : authority.Restrictions.Principals;

    // One key may stand in several lines, with other restrictions in each: the first that lets it in here and now counts.
    private static AuthorizedKey? First(LoginContext context, IEnumerable<AuthorizedKey> lines)
    {
        AuthorizedKey[] all = [.. lines];
        return all.FirstOrDefault(line => line.Restrictions.Permits(context)) ?? all.FirstOrDefault();
    }

    /// <inheritdoc />
    public override ValueTask<PasswordVerdict> CheckPasswordAsync(
        LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(IsRight(context.User, password.Span) ? PasswordVerdict.Accepted : PasswordVerdict.Refused);
    }

    /// <inheritdoc />
    public override async ValueTask<bool> InteractAsync(
        LoginContext context, IInteraction interaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(interaction);
        InteractiveRequest question = new("", "", [new InteractivePrompt("Password: ", Echo: false)]);
        IReadOnlyList<string> answers = await interaction.AskAsync(question, cancellationToken).ConfigureAwait(false);
        byte[] answer = Encoding.UTF8.GetBytes(answers[0]);
        bool isRight = IsRight(context.User, answer);
        ConstantTime.Zero(answer.AsSpan());
        return isRight;
    }

    private bool IsRight(string name, ReadOnlySpan<byte> password)
    {
        User user = Find(name);
        byte[] hash = Hash(password, user.Salt);
        return ConstantTime.Equal(hash, user.PasswordHash) & user.HasPassword;
    }

    private User Find(string name) => _users.TryGetValue(name, out User? user) ? user : _nobody;

    private static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt)
    {
        byte[] hash = new byte[32];
        Pbkdf2.Derive(HashName.Sha256, password, salt, Iterations, hash);
        return hash;
    }

    private sealed class User(byte[] passwordHash, byte[] salt, bool hasPassword, ImmutableArray<AuthorizedKey> keys, bool isKnown = true)
    {
        public byte[] PasswordHash => passwordHash;

        public byte[] Salt => salt;

        public bool HasPassword => hasPassword;

        public bool IsKnown => isKnown;

        public ImmutableArray<AuthorizedKey> Keys => keys;
    }
}
