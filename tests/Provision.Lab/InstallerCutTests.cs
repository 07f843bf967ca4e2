using System.Globalization;
using Provision.Boot.Jobs;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>
/// Forty power cuts of the installer, at lines of its console that are spread over all steps. Each machine loses its power eight times, every time
/// further on, before it is let through: so each installation also begins on what several others left. The boot server's rules decide who needs a person.
/// </summary>
public sealed class InstallerCutTests(InstallerTrial machine, ITestOutputHelper output) : IClassFixture<InstallerTrial>
{
    private const int Machines = 5;

    /// <summary>Of all machines together; <c>make soak TRIALS=N</c> makes more.</summary>
    private static readonly int Cuts = int.TryParse(Environment.GetEnvironmentVariable("PROVISION_TRIALS"), CultureInfo.InvariantCulture, out var given)
        ? given : 40;

    /// <summary>How often all machines together waited for a person.</summary>
    private static int asked;

    public static TheoryData<int> Numbers => [.. Enumerable.Range(1, Machines)];

    /// <summary>Data is what it was after each cut, no boot code is half, and the next run installs.</summary>
    [Theory]
    [MemberData(nameof(Numbers))]
    public void After_power_cuts_anywhere_the_next_run_installs(int number)
    {
        var disks = machine.Copy();
        var (data, boot) = (disks.Data, disks.Boot.Split(' '));
        var lines = machine.Log.Output.Split('\n').Count(line => line.StartsWith('['));
        var id = number.ToString("x32", CultureInfo.InvariantCulture);
        machine.Write(machine.Order(id));
        File.Delete(Path.Combine(machine.Shared, "order.json.job"));
        Plant(disks, id);
        var last = "";
        for (var cut = number; cut <= Cuts; cut += Machines)
        {
            var run = machine.Run(disks, "trial order rules\nsleep 60", PowerCut.AtLineNumber("[", Math.Max(2, cut * lines / (Cuts + 1))));
            last = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cut}/{Cuts} {last}: {run.Time.TotalSeconds:F1} s"));
            Assert.True(run.ExitCode is null, $"it was not cut at line {cut * lines / (Cuts + 1)} of {lines}:\n{run.Output}");
            Count(run);
            Assert.Equal(data, disks.Data);
            Assert.All(disks.Boot.Split(' '), (code, disk) => Assert.True(code == "none" || code == boot[disk],
                $"half a boot loader on disk {disk} after {last}"));
        }

        var again = machine.Run(disks, "trial order rules");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"let through: {again.Time.TotalSeconds:F1} s"));
        Assert.True(again.ExitCode == 0 && again.Output.Contains("OUTCOME Done", StringComparison.Ordinal), $"after {last}:\n{again.Output}");
        Assert.Equal(data, disks.Data);
        Assert.Equal(boot, disks.Boot.Split(' '));
        Count(again);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a person was asked for {asked} times so far"));
        Assert.True(asked <= Math.Max(2, Cuts / 20), $"{asked} of at most {Cuts} cuts and {Machines} installations waited for a person");
        disks.Delete();
    }

    /// <summary>What "reinstall HOST" does on the old system.</summary>
    private void Plant(InstallerDisks disks, string id)
    {
        File.WriteAllText(Path.Combine(machine.Shared, "return"), new JobKey(new byte[32]).ReturnKeyOf(id, 0).Text);
        var planted = machine.Run(disks,
            $"for part in ubda2 ubdb2; do mount /dev/$part /mnt && cp /lab/return /mnt{ReturnKey.Path} && umount /mnt || exit 1; done", guarded: false);
        Assert.True(planted.ExitCode == 0, planted.Output);
    }

    private static void Count(UmlRun run) => asked += run.Output.Split("CODE ASKED").Length - 1;
}
