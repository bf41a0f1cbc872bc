using System.Net;
using LucidSsh.Auth;
using LucidSsh.Server;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Server;

/// <summary>How many connections a place may have, and how long it is turned away after it failed to log in.</summary>
public sealed class SourceGateTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Other = IPAddress.Parse("192.0.2.2");

    private readonly ManualTime _time = new();

    [Fact]
    public void Connections_OfOnePlace_HaveALimitOfTheirOwn()
    {
        SourceGate gate = Gate(new SourceLimits { MaximumPerSource = 3, MaximumLoggingInPerSource = 2 });
        SourceGate.Visit first = Enter(gate, One);
        Enter(gate, One);
        Assert.Equal(TurnedAway.TooManyFromSource, gate.TryEnter(One, out _)); // two are logging in
        Enter(gate, Other);
        first.LoggedIn();
        first.LoggedIn(); // counted once
        Enter(gate, One);
        Assert.Equal(TurnedAway.TooManyFromSource, gate.TryEnter(One, out _)); // three are open
        first.Ended(LoginFailing.None);
        first.Ended(LoginFailing.None);
        Assert.Equal(TurnedAway.TooManyFromSource, gate.TryEnter(One, out _)); // two are still logging in
    }

    [Fact]
    public void Connections_OfAllPlaces_HaveTheirLimits()
    {
        SourceGate gate = Gate(new SourceLimits { MaximumLoggingIn = 2 }, maximumConnections: 3);
        SourceGate.Visit first = Enter(gate, One);
        Enter(gate, Other);
        Assert.Equal(TurnedAway.TooManyLoggingIn, gate.TryEnter(IPAddress.Loopback, out _)); // exempt from its own limits, not from this one
        first.LoggedIn();
        Enter(gate, IPAddress.Loopback);
        first.Ended(LoginFailing.None);
        SourceGate full = Gate(new SourceLimits(), maximumConnections: 1);
        Enter(full, One);
        Assert.Equal(TurnedAway.ServerFull, full.TryEnter(Other, out _));
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("0.0.0.1", "::1:0:0:1", false)]
    public void Place_IsAnAddressInIPv4AndA64InIPv6(string one, string other, bool same)
    {
        SourceLimits limits = new();
        Assert.Equal(same, SourceKey.Of(IPAddress.Parse(one), limits) == SourceKey.Of(IPAddress.Parse(other), limits));
        SourceLimits wide = limits with { IPv4PrefixLength = 0, IPv6PrefixLength = 0 };
        Assert.Equal(SourceKey.Of(IPAddress.Parse("2001:db8::1"), wide), SourceKey.Of(IPAddress.Parse("fe80::1"), wide));
        Assert.Equal(SourceKey.Of(One, wide), SourceKey.Of(IPAddress.Parse("203.0.113.9"), wide));
    }

    [Fact]
    public void Failures_AddUpUntilThePlaceIsTurnedAwayAndLongerEachTime()
    {
        SourceGate gate = Gate(new SourceLimits());
        Assert.Equal(TimeSpan.Zero, Fail(gate, LoginFailing.Refused));
        Assert.Equal(TimeSpan.Zero, Fail(gate, LoginFailing.Refused));
        Assert.Equal(TimeSpan.FromSeconds(15), Fail(gate, LoginFailing.Refused));
        Assert.Equal(TurnedAway.Penalised, gate.TryEnter(One, out _));
        Enter(gate, Other);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(TurnedAway.Penalised, gate.TryEnter(One, out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Enter(gate, One);
    }

    [Fact]
    public void Failures_ApartInTime_AreForgiven()
    {
        SourceGate gate = Gate(new SourceLimits());
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(TimeSpan.Zero, Fail(gate, LoginFailing.Refused));
            _time.Advance(TimeSpan.FromSeconds(6));
        }
    }

    [Fact]
    public void Penalty_GrowsNoFurtherThanItsMaximum()
    {
        SourceGate gate = Gate(new SourceLimits { MaximumLoggingInPerSource = 1000, MaximumPerSource = 1000 });
        SourceGate.Visit[] visits = [.. Enumerable.Range(0, 50).Select(_ => Enter(gate, One))]; // in before the first has failed
        TimeSpan last = TimeSpan.Zero;
        foreach (SourceGate.Visit visit in visits)
        {
            TimeSpan penalty = visit.Ended(LoginFailing.Misbehaved);
            Assert.True(penalty >= last);
            last = penalty;
        }

        Assert.Equal(TimeSpan.FromSeconds(500), last);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(TurnedAway.Penalised, gate.TryEnter(One, out _)); // turned away adds nothing
        }

        _time.Advance(TimeSpan.FromSeconds(500));
        Enter(gate, One);
    }

    [Theory]
    [InlineData(LoginFailing.None, 0)]
    [InlineData(LoginFailing.NoAttempt, 1)]
    [InlineData(LoginFailing.Refused, 5)]
    [InlineData(LoginFailing.TimedOut, 10)]
    [InlineData(LoginFailing.Misbehaved, 10)]
    internal void Failure_CostsByItsKind(LoginFailing failing, int seconds)
    {
        SourceGate gate = Gate(new SourceLimits { MinimumPenalty = TimeSpan.Zero });
        Assert.Equal(TimeSpan.FromSeconds(seconds), Fail(gate, failing));
        SourceGate.Visit loggedIn = Enter(gate, Other);
        loggedIn.LoggedIn();
        Assert.Equal(TimeSpan.Zero, loggedIn.Ended(failing)); // who has logged in has not failed to
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.0/8,::1")]
    [InlineData("::1", "127.0.0.0/8,::1")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.0/8,::1")]
    [InlineData("192.0.2.1", "192.0.2.0/24")]
    public void ExemptPlace_IsNeitherLimitedNorPenalised(string address, string exempt)
    {
        SourceGate gate = Gate(new SourceLimits { Exempt = AddressPatterns.Parse(exempt), MinimumPenalty = TimeSpan.Zero, MaximumPerSource = 1 });
        Enter(gate, IPAddress.Parse(address)).Ended(LoginFailing.Misbehaved);
        Enter(gate, IPAddress.Parse(address));
        Enter(gate, IPAddress.Parse(address));
    }

    [Fact]
    public void Penalties_OfAnyNumberOfPlaces_TakeBoundedRoom()
    {
        PenaltyTable table = new(new SourceLimits { MaximumPenalised = 100, MinimumPenalty = TimeSpan.Zero }, _time);
        SourceKey worst = new(1);
        for (int i = 0; i < 5; i++)
            table.Add(worst, LoginFailing.Misbehaved);
        for (uint i = 2; i < 100_000; i++)
            table.Add(new SourceKey(i), LoginFailing.NoAttempt);
        Assert.Equal(100, table.Count);
        Assert.True(table.IsRefused(worst)); // those that end first are forgotten first
        _time.Advance(TimeSpan.FromSeconds(2));
        table.Add(new SourceKey(7), LoginFailing.NoAttempt);
        Assert.Equal(2, table.Count); // what is over takes no room
    }

    [Fact]
    public async Task Gate_OnManyThreads_CountsRight()
    {
        SourceGate gate = Gate(new SourceLimits { MaximumLoggingIn = 8, MaximumLoggingInPerSource = 8 }, maximumConnections: 8);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                if (gate.TryEnter(thread % 2 == 0 ? One : Other, out SourceGate.Visit? visit) != TurnedAway.No)
                    continue;
                if (i % 2 == 0)
                    visit!.LoggedIn();
                visit!.Ended(LoginFailing.None);
            }
        })));
        for (int i = 0; i < 8; i++)
            Enter(gate, i % 2 == 0 ? One : Other);
        Assert.Equal(TurnedAway.ServerFull, gate.TryEnter(One, out _));
    }

    private SourceGate Gate(SourceLimits limits, int maximumConnections = 1000) => new(limits, maximumConnections, _time);

    private static SourceGate.Visit Enter(SourceGate gate, IPAddress address)
    {
        Assert.Equal(TurnedAway.No, gate.TryEnter(address, out SourceGate.Visit? visit));
        return visit!;
    }

    private static TimeSpan Fail(SourceGate gate, LoginFailing failing) => Enter(gate, One).Ended(failing);
}
