using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>A mail host with as many slots as the real ones have.</summary>
[Collection("mail")]
public sealed class ManySlotsTests(ITestOutputHelper output)
{
    private const int Slots = 39;

    /// <summary>As after a boot: all at once, each confirmed by the database, none waited for by another.</summary>
    [Fact]
    public void Thirty_nine_slots_start_in_parallel()
    {
        using var lab = new MailLab(change: Enlarge, only: "imap33");
        MailLab.Good(lab.Masters("masters", "enroll", "--new", "--yes"));
        lab.StartDaemon();
        var time = Stopwatch.StartNew();
        lab.Install("imap33");
        Told("installed and started a few at a time");
        MailLab.Good(lab.On("imap33", "systemctl stop cyrus.target"));
        Assert.Equal(0, Active());
        time.Restart();
        MailLab.Good(lab.On("imap33", "systemctl start cyrus.target"));
        Told("started at once");
        Assert.Equal(Slots, Active());
        Assert.Equal(0, Count("systemctl show --value --property=NRestarts 'cyrus@*.service' | grep -cv '^0*$' || true"));
        Assert.Equal(0, Count("systemctl --failed --no-legend | grep -c 'cyrus@' || true"));
        foreach (var slot in lab.Fleet.SlotsOf(lab.Fleet.FindHost("imap33")!).Take(Slots))
        {
            // LMTP is a master's; it takes nothing as a replica.
            MailClient.Connect(lab.Space, slot.Address.ToString()!, 2003).Dispose();
        }

        int Active() => Count("systemctl list-units --no-legend --state=active 'cyrus@*.service' | wc -l");
        int Count(string script) => int.Parse(MailLab.Good(lab.On("imap33", script)), CultureInfo.InvariantCulture);
        void Told(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Slots} slots {what}: {time.Elapsed.TotalSeconds:F1} s"));
    }

    /// <summary>Forty slots a host instead of three, and a store on all but one of them.</summary>
    private static void Enlarge(string repository)
    {
        Change("hosts/chassis/dc4u.yaml", ("repeat: 3", "repeat: 40"), ("size: 10G", "size: 40G"));
        Change("hosts/here.yaml", ("/28", "/26"));
        Change("hosts/there.yaml", ("/28", "/26"));
        File.WriteAllText(Path.Combine(repository, "hosts/stores.yaml"), "stores:\n" + string.Concat(Enumerable.Range(1, Slots).Select(number =>
            string.Create(CultureInfo.InvariantCulture,
                $"  store{number}: {{ class: tera, slots: [sloti33d1t{number:00}, sloti34d1t{number:00}, sloti43d1t{number:00}] }}\n"))));

        void Change(string file, params (string From, string To)[] words)
        {
            var path = Path.Combine(repository, file);
            File.WriteAllText(path, words.Aggregate(File.ReadAllText(path), (text, word) => text.Replace(word.From, word.To, StringComparison.Ordinal)));
        }
    }
}
