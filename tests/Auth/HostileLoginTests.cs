using LucidSsh.Auth;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Auth;

/// <summary>Whole logins in which one side's messages are damaged, doubled, dropped or made up: they end in a login nobody could
/// object to or in a typed error, and never without an end.</summary>
public sealed class HostileLoginTests
{
    private static readonly string[] Methods = ["publickey,password", "keyboard-interactive,publickey", "password publickey"];

    [Fact]
    public async Task Messages_DamagedOnTheirWay_EndInATypedErrorOrASoundLogin()
    {
        SimpleAuthenticator[] authenticators = [.. Methods.Select(m => LoginTestKit.Alice(m, LoginTestKit.Key))];
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            using LoginTestKit kit = new();
            LinkedTransport side = random.Next(2) == 0 ? kit.Link.Client : kit.Link.Server;
            int target = random.Next(1, 7), count = 0;
            side.OnSend = payload => ++count == target ? Damage(random, side, payload) : payload;
            try
            {
                await OneLoginAsync(kit, authenticators[random.Next(authenticators.Length)]);
            }
            catch (SshException)
            {
                // A typed error is one of the two ends that are allowed.
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}: {exception}");
            }

            Assert.True(kit.Result is null || kit.Result.User == LoginTestKit.User, $"seed {seed}: {kit.Result?.User} is logged in");
            Assert.True(kit.Result is null || kit.Link.Server.IsLoginComplete, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Messages_MadeUp_LogNobodyIn()
    {
        SimpleAuthenticator authenticator = LoginTestKit.Alice("publickey,password password,keyboard-interactive", LoginTestKit.Key);
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            using LoginTestKit kit = new();
            Task server = kit.StartServer(authenticator);
            kit.Link.Client.SendPayload(Message.ToArray(new ServiceRequest("ssh-userauth")));
            for (int i = 0; i < 8 && kit.Link.Client.Closed is null; i++)
            {
                byte[] payload = new byte[random.Next(1, 120)];
                random.NextBytes(payload);
                payload[0] = (byte)(random.Next(3) == 0 ? random.Next(1, 80) : 50);
                if (payload[0] == 50 && random.Next(2) == 0)
                {
                    string method = new[] { "publickey", "password", "keyboard-interactive", "none" }[random.Next(4)];
                    payload = Message.ToArray(new UserAuthRequest("alice", "ssh-connection", method, payload));
                }

                kit.Link.Client.SendPayload(payload);
            }

            kit.Link.Client.Close(new TransportLostException(SshErrorCode.Disconnected, "The test is over."));
            await server.WaitAsync(kit.Deadline);
            Assert.Null(kit.Result);
            Assert.NotNull(kit.ServerFailure);
        }
    }

    // Both sides until both have ended; a side that ends takes the other with it, and one that waits for what was dropped is told
    // that the connection is gone.
    private static async Task OneLoginAsync(LoginTestKit kit, SimpleAuthenticator authenticator)
    {
        Task server = kit.StartServer(authenticator);
        Task<LoginReport> client = kit.Login.LoginAsync(
            LoginTestKit.User,
            [PrivateKeyCredential.FromKey(LoginTestKit.Key), LoginTestKit.Answers(LoginTestKit.Password), new PasswordCredential(LoginTestKit.Password)],
            kit.Deadline);
        Task stalled = Task.Delay(200, kit.Deadline);
        await Task.WhenAny(client, stalled);
        kit.Link.Client.Close(new TransportLostException(SshErrorCode.ConnectionLost, "Nothing comes any more."));
        await server.WaitAsync(kit.Deadline);
        await client.WaitAsync(kit.Deadline);
    }

    private static byte[]? Damage(Random random, LinkedTransport side, byte[] payload)
    {
        switch (random.Next(6))
        {
            case 0: // dropped
                return null;
            case 1: // sent twice
                side.SendPayload(payload);
                return payload;
            case 2: // cut
                return payload[..random.Next(1, Math.Max(2, payload.Length))];
            case 3: // longer
                return [.. payload, .. payload];
            case 4: // another message
                payload[0] = (byte)random.Next(1, 80);
                return payload;
            default: // changed somewhere
                payload[random.Next(payload.Length)] ^= (byte)random.Next(1, 256);
                return payload;
        }
    }
}
