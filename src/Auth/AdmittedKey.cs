using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>A key or certificate that may log the user in, here and now, if its signature verifies. This is the one place where the
/// restrictions of keys and certificates are judged, for every form of the request.</summary>
/// <param name="Key">The key as it comes back with the login's result.</param>
/// <param name="Remaining">What it leaves allowed of what the login's other keys did.</param>
/// <param name="Demand">What a security key's signature must say of its making.</param>
internal sealed record AdmittedKey(AuthorizedKey Key, SessionPermissions Remaining, SecurityKeyDemand Demand)
{
    /// <summary>Asks the authenticator, and then everything it cannot answer; null where the key is refused, which is traced.</summary>
    public static async ValueTask<AdmittedKey?> FindAsync(ServerConversation conversation, OfferedKey offered, CancellationToken cancellationToken)
    {
        LoginContext context = conversation.Context;
        if (offered.Certificate is { } certificate)
        {
            AuthorizedKey? authority = await conversation.Authenticator.FindCertificateAsync(context, certificate, cancellationToken).ConfigureAwait(false);
            return authority is null
                ? Refused(conversation, certificate.Key, $"has a certificate of the authority {certificate.SignatureKey.Fingerprint}, which is not trusted for this user")
                : Judge(conversation, certificate, authority);
        }

        AuthorizedKey? found = await conversation.Authenticator.FindKeyAsync(context, offered.Key, cancellationToken).ConfigureAwait(false);
        if (found is null)
            return null;
        if (!found.Key.Equals(offered.Key))
            throw new InvalidOperationException("FindKeyAsync returned another key than it was asked about.");
        if (found.Restrictions.IsCertificateAuthority)
            return Refused(conversation, offered.Key, "is a certificate authority, and logs nobody in itself");
        if (conversation.Options.Revoked?.IsRevoked(offered.Key) is true)
            return Refused(conversation, offered.Key, $"is revoked ({conversation.Options.Revoked.Source})");
        return Admit(conversation, found, found.Restrictions);
    }

    private static AdmittedKey? Judge(ServerConversation conversation, Certificate certificate, AuthorizedKey authority)
    {
        if (!authority.Key.Equals(certificate.SignatureKey) || !authority.Restrictions.IsCertificateAuthority)
            throw new InvalidOperationException("FindCertificateAsync returned another authority than the certificate's, or a key that is none.");
        LoginContext context = conversation.Context;
        CertificateUse use = new(
            CertificateKind.User, authority.Restrictions.Principals.IsEmpty ? [context.User] : authority.Restrictions.Principals, context.Now)
        {
            Source = context.Address,
            AuthorityAlgorithms = conversation.Options.AuthorityAlgorithms,
            MinimumRsaBits = conversation.Options.MinimumRsaBits,
            Revoked = conversation.Options.Revoked,
        };
        return CertificateRules.Check(certificate, use, out CertificatePermissions? granted) is { } refusal
            ? Refused(conversation, certificate.Key, $"was refused: {refusal.Sentence}")
            : Admit(conversation, authority with { Key = certificate.Key, Certificate = certificate }, authority.Restrictions, KeyRestrictions.Of(granted!));
    }

    private static AdmittedKey? Admit(ServerConversation conversation, AuthorizedKey key, params ReadOnlySpan<KeyRestrictions> restrictions)
    {
        if (!conversation.MayLogIn)
            return Refused(conversation, key.Key, "is of a user who may not log in from there");
        SessionPermissions? remaining = conversation.Permissions;
        SecurityKeyDemand demand = SecurityKeyDemand.None;
        foreach (KeyRestrictions one in restrictions)
        {
            if (one.WhyRefused(conversation.Context) is { } reason)
                return Refused(conversation, key.Key, reason);
            if (one.RequiresVerification && key.Key is not SecurityKeyPublicKey)
                return Refused(conversation, key.Key, "must say that its owner was verified, which only a security key's signature can");
            remaining = remaining.Narrow(one);
            if (remaining is null)
                return Refused(conversation, key.Key, "forces another command than its certificate, or than a key that was verified before");
            demand |= (one.RequiresTouch ? SecurityKeyDemand.UserPresence : SecurityKeyDemand.None)
                | (one.RequiresVerification ? SecurityKeyDemand.UserVerification : SecurityKeyDemand.None);
        }

        return new AdmittedKey(key, remaining, demand);
    }

    private static AdmittedKey? Refused(ServerConversation conversation, PublicKey key, string reason)
    {
        conversation.Refuse(key, reason);
        return null;
    }
}
