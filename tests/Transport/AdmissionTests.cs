using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The admission table, cell by cell, where an attack is known to come from.</summary>
public class AdmissionTests
{
    public static TheoryData<int> ConnectionNumbers()
    {
        TheoryData<int> numbers = [];
        for (int number = 80; number <= 127; number++)
            numbers.Add(number);
        return numbers;
    }

    [Theory]
    [MemberData(nameof(ConnectionNumbers))]
    public void ConnectionProtocol_BeforeLogin_IsFatalInBothRoles(int number)
    {
        foreach (TransportRole role in Enum.GetValues<TransportRole>())
        {
            foreach (Phase phase in Enum.GetValues<Phase>())
                Assert.Equal(phase == Phase.Open ? Verdict.Accept : Verdict.Fatal, Admission.Decide(role, phase, (MessageNumber)number));
        }
    }

    [Theory]
    [InlineData(MessageNumber.Ignore)]
    [InlineData(MessageNumber.Unimplemented)]
    [InlineData(MessageNumber.Debug)]
    [InlineData(MessageNumber.ExtInfo)]
    [InlineData(MessageNumber.Ping)]
    [InlineData((MessageNumber)200)]
    public void StrictFirstKeyExchange_AnythingElse_IsFatal(MessageNumber number) =>
        Assert.Equal(Verdict.Fatal, Admission.Decide(TransportRole.Client, Phase.StrictFirstKeyExchange, number));

    [Theory]
    [InlineData(MessageNumber.ServiceRequest, "client")]
    [InlineData(MessageNumber.UserAuthRequest, "client")]
    [InlineData(MessageNumber.ServiceAccept, "server")]
    [InlineData(MessageNumber.UserAuthSuccess, "server")]
    [InlineData(MessageNumber.UserAuthFailure, "server")]
    [InlineData(MessageNumber.UserAuthBanner, "server")]
    public void OtherRolesMessage_IsFatalInEveryPhase(MessageNumber number, string receiver)
    {
        TransportRole role = receiver == "client" ? TransportRole.Client : TransportRole.Server;
        Assert.All(Enum.GetValues<Phase>(), phase => Assert.Equal(Verdict.Fatal, Admission.Decide(role, phase, number)));
    }

    [Fact]
    public void LoginRequest_AfterLogin_IsIgnored() =>
        Assert.Equal(Verdict.Ignore, Admission.Decide(TransportRole.Server, Phase.Open, MessageNumber.UserAuthRequest));

    [Fact]
    public void WhilePeerRekeys_OnlyTheKeyExchangeMaySpeak()
    {
        for (int number = 5; number < 256; number++)
        {
            Verdict verdict = Admission.Decide(TransportRole.Server, Phase.Rekeying, (MessageNumber)number);
            bool allowed = number is 21 or (>= 30 and <= 49) or 192 or 193;
            Assert.True(allowed ? verdict != Verdict.Fatal : verdict == Verdict.Fatal, $"message {number}: {verdict}");
        }
    }

    [Fact]
    public void MessageZero_IsFatal() =>
        Assert.All(Enum.GetValues<Phase>(), phase => Assert.Equal(Verdict.Fatal, Admission.Decide(TransportRole.Server, phase, MessageNumber.None)));
}
