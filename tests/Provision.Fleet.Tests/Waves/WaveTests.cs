namespace Provision.Fleet.Tests.Waves;

public class WaveTests
{
    [Theory]
    [InlineData("1,10%,rest", 50, "1 5 44")]
    [InlineData("1,10%", 50, "1 5 5 5 5 5 5 5 5 5 4")]
    [InlineData("1,10%", 1, "1")]
    [InlineData("1,10%", 7, "1 1 1 1 1 1 1")]
    [InlineData("3", 7, "3 3 1")]
    [InlineData("rest", 3, "3")]
    [InlineData("100%", 3, "3")]
    [InlineData("1%", 5, "1 1 1 1 1")]
    [InlineData("10, 20", 15, "10 5")]
    [InlineData("5", 0, "")]
    public void Sizes_cover_every_host_once(string text, int hosts, string expected)
    {
        var sizes = Parsed(text).Of(hosts);
        Assert.Equal(expected, string.Join(' ', sizes));
        Assert.Equal(hosts, sizes.Sum());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("1,,rest")]
    [InlineData("rest,1")]
    [InlineData("ten")]
    [InlineData("-1")]
    [InlineData("5%%")]
    [InlineData("99999999999")]
    public void What_is_no_size_is_an_error(string text)
    {
        var problems = new DiagnosticBag();
        Assert.Null(WaveSizes.Parse(text, Location.OfFile("--waves"), problems));
        Assert.True(problems.HasErrors);
    }

    [Fact]
    public void Hosts_with_fewer_masters_come_first_and_every_host_is_in_one_wave()
    {
        var fleet = TestFleet.Sample;
        var waves = WavePlan.Of(fleet, Masters.Default, TestFleet.Hosts, Parsed("1,25%"));
        Assert.Equal(TestFleet.Hosts.Select(host => host.Name).Order(StringComparer.Ordinal),
            waves.SelectMany(wave => wave).Select(host => host.Name).Order(StringComparer.Ordinal));
        var counts = waves.SelectMany(wave => wave).Select(MastersOn).ToList();
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(0, counts[0]);
        Assert.True(counts[^1] > 0);

        int MastersOn(Host host) => fleet.Stores.Count(store => fleet.FindSlot(Masters.Default.MasterOf(store))!.Host == host);
    }

    [Fact]
    public void No_two_hosts_with_copies_of_one_store_are_changed_at_once()
    {
        var fleet = TestFleet.Sample;
        var shared = new SharedStores(fleet);
        var schedule = new WaveSchedule(shared, 8);
        var waiting = fleet.Hosts.Select(host => host.Name).ToList();
        var rounds = 0;
        while (waiting.Count > 0)
        {
            var next = schedule.Next(waiting, []);
            Assert.NotEmpty(next);
            Assert.All(fleet.Stores, store =>
                Assert.True(store.Slots.Select(slot => fleet.FindSlot(slot)!.Host.Name).Distinct(StringComparer.Ordinal).Count(next.Contains) <= 1));
            waiting.RemoveAll(next.Contains);
            rounds++;
        }

        Assert.True(rounds > 1, "the fleet shares no stores: nothing was tested");
    }

    [Fact]
    public void Without_the_rule_hosts_of_one_store_would_be_changed_at_once()
    {
        var fleet = TestFleet.Sample;
        var next = new WaveSchedule(null, 8).Next(fleet.Hosts.Select(host => host.Name), []);
        Assert.Contains(fleet.Stores, store => store.Slots.Select(slot => fleet.FindSlot(slot)!.Host.Name).Distinct(StringComparer.Ordinal).Count(next.Contains) > 1);
    }

    [Fact]
    public void A_host_waits_for_the_one_that_it_shares_a_store_with_and_for_a_free_place()
    {
        var fleet = TestFleet.Sample;
        var shared = new SharedStores(fleet);
        var (one, other) = fleet.Hosts.SelectMany(a => fleet.Hosts.Select(b => (a.Name, b.Name))).First(pair => shared.Between(pair.Item1, pair.Item2));
        Assert.Equal([], new WaveSchedule(shared, 8).Next([other], [one]));
        Assert.Equal([other], new WaveSchedule(shared, 8).Next([other], []));
        Assert.Equal([], new WaveSchedule(null, 1).Next([other], [one]));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, null)]
    [InlineData(0, 0, 1, 1, "1 host failed, none is allowed in the run")]
    [InlineData(1, 3, 2, 2, "2 hosts failed in wave 4, 1 is allowed in a wave")]
    [InlineData(2, 3, 2, 3, null)]
    [InlineData(9, 3, 2, 4, "4 hosts failed, 3 are allowed in the run")]
    public void A_run_stops_beyond_its_limits(int wave, int run, int inWave, int inRun, string? why) =>
        Assert.Equal(why, new FailureLimits(wave, run).WhyStop(4, inWave, inRun));

    private static WaveSizes Parsed(string text)
    {
        var problems = new DiagnosticBag();
        return WaveSizes.Parse(text, Location.OfFile("--waves"), problems) ?? throw new InvalidDataException(text);
    }
}
