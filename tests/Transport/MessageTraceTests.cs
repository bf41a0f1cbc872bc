using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>Messages in the trace: every field by the name its RFC gives it, and no secret.</summary>
public sealed class MessageTraceTests
{
    [Fact]
    public void Fields_AreNamedInOrder_WithTheirValues()
    {
        FieldLog log = FieldLog.Of<KexInit>(Message.ToArray(new KexInit { KexAlgorithms = ["a", "b"], FirstKexPacketFollows = true }));
        Assert.Equal(13, log.Fields.Count);
        Assert.Equal(new("cookie", new string('0', 32)), log.Fields[0]);
        Assert.Equal(new("kex_algorithms", "a,b"), log.Fields[1]);
        Assert.Equal(new("first_kex_packet_follows", "true"), log.Fields[11]);
        Assert.False(log.HasSecret);
    }

    [Fact]
    public void Malformed_GivesTheFieldsBeforeTheFault_AndTheFault()
    {
        FieldLog log = FieldLog.Of<KexInit>(Message.ToArray(new KexInit { KexAlgorithms = ["a"] }).AsSpan(0, 24));
        Assert.Equal(["cookie", "kex_algorithms", "(malformed)"], log.Fields.Select(field => field.Key));
        Assert.Contains("server_host_key_algorithms", log.Fields[^1].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_AreInNoFieldAndNoBytes()
    {
        StringWriter text = new();
        using TraceSink sink = TraceSink.ToWriter(text, TraceMask.All);
        Tracer tracer = new(TimeProvider.System, [sink]);
        tracer.Sending<PasswordRequest>(Message.ToArray(new PasswordRequest("alice", "ssh-connection", "s3cret-one"u8, true, "s3cret-two"u8)));
        using UserAuthInfoResponse answers = new([new Secret("s3cret-three"u8)]);
        using (tracer.Decode<UserAuthInfoResponse>(Message.ToArray(answers)))
        {
        }

        // A request of a method that nobody knows may hold anything.
        tracer.Decode<UserAuthRequest>(Message.ToArray(new UserAuthRequest("alice", "ssh-connection", "odd", "s3cret-four"u8)));
        sink.Dispose();
        string trace = text.ToString();
        Assert.Contains("message=USERAUTH_REQUEST user-name=alice", trace, StringComparison.Ordinal);
        Assert.Contains("(hidden)", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", trace, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower("s3cret"u8), trace, StringComparison.Ordinal);
        foreach (FieldLog log in (FieldLog[])
        [
            FieldLog.Of<PasswordRequest>(Message.ToArray(new PasswordRequest("a", "b", "s3cret"u8))),
            FieldLog.Of<UserAuthInfoResponse>(Message.ToArray(answers)),
        ])
        {
            Assert.True(log.HasSecret);
        }
    }

    [Fact]
    public void Nothing_IsDecodedWhereNoSinkTakesIt()
    {
        StringWriter text = new();
        using TraceSink sink = TraceSink.ToWriter(text, TraceMask.Authentication);
        new Tracer(TimeProvider.System, [sink]).Sending<KexInit>(Message.ToArray(new KexInit()));
        sink.Dispose();
        Assert.Empty(text.ToString());
    }
}
