using System.Collections.Concurrent;
using System.Globalization;
using Provision.Boot.Jobs;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Boot.Installer.Protect;

/// <summary>Proof that nothing but the target was written (docs/design.md, rule 5): heads and the kernel's counters, before and after.</summary>
internal static class Proof
{
    public static void Before(InstallRun run)
    {
        run.Heads = Heads(run);
        run.Say($"{run.Heads.Count} disks are protected");
    }

    public static void After(InstallRun run)
    {
        var heads = Heads(run);
        var sectors = WriteProtection.Sectors(run.Machine.Reader);
        run.Protected =
        [
            .. run.Heads.Keys.Union(heads.Keys).Order(StringComparer.Ordinal).Select(disk => new ProtectedDevice(
                disk,
                Identity(run, disk),
                sectors.GetValueOrDefault(disk) - run.SectorsAtStart.GetValueOrDefault(disk),
                run.Heads.GetValueOrDefault(disk, ""),
                heads.GetValueOrDefault(disk, ""))),
        ];
        var problems = Differences(run.Protected, run.Holds(Safeguard.SectorsWritten), run.Holds(Safeguard.Fingerprint));
        if (problems.Count > 0)
        {
            throw new InstallException(problems);
        }

        run.Say($"{run.Protected.Count} protected disks are as they were, and no sector of them was written");
    }

    /// <summary>What speaks against each disk: a disk that came or went was attached again, and what happened to it meanwhile is unknown.</summary>
    internal static IReadOnlyList<string> Differences(IReadOnlyList<ProtectedDevice> disks, bool sectors, bool fingerprint)
    {
        var problems = new List<string>();
        foreach (var disk in disks)
        {
            var who = $"PROTECTED DISK /dev/{disk.Device} ({disk.Identity})";
            if (sectors && disk.SectorsWritten != 0)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{who}: {disk.SectorsWritten} sectors were written during the installation"));
            }

            if (fingerprint && disk.Before != disk.After)
            {
                problems.Add(disk.Before.Length == 0 ? $"{who}: appeared during the installation"
                    : disk.After.Length == 0 ? $"{who}: was there when the installation began and is not any more"
                    : $"{who}: its tables, headers or superblocks have changed, or it was pulled and reinserted");
            }
        }

        return problems;
    }

    private static ConcurrentDictionary<string, string> Heads(InstallRun run)
    {
        var reader = run.Machine.Reader;
        var disks = WriteProtection.Disks(reader).Except(run.Target.Names).Where(disk => reader.List($"/sys/class/block/{disk}/slaves").Count == 0).ToList();
        var heads = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);

        // Disks are independent of each other; one thread a disk keeps a machine of forty from waiting for one after the other.
        Parallel.ForEach(disks, new ParallelOptions { MaxDegreeOfParallelism = 16 }, disk =>
        {
            // By sequence number too: a disk that was pulled and put back has another, and is another as far as anybody knows.
            var attachment = reader.Read($"/sys/class/block/{disk}/diskseq")?.Trim();
            heads[disk] = Fingerprint.Of(WriteProtection.WithPartitions(reader, disk).Select(part => ("/dev/" + part, Bytes(reader, part)))) +
                (attachment is null ? "" : "-" + attachment);
        });
        return heads;
    }

    private static long Bytes(IMachineReader reader, string name) =>
        long.Parse(reader.Read($"/sys/class/block/{name}/size")!.Trim(), CultureInfo.InvariantCulture) * 512;

    /// <summary>Bay and serial, or the unit's name, or what else the disk is known by.</summary>
    private static string Identity(InstallRun run, string disk)
    {
        var bay = BayFinder.Find(run.Layout, run.Fleet.FindDrives(run.Order.Host), run.Observed).Where(pair => pair.Value.Device == disk)
            .Select(pair => DriveComparison.Of(pair.Key, pair.Value)).FirstOrDefault();
        var unit = UnitFinder.Find(run.Layout, run.Fleet.FindDrives(run.Order.Host), run.Observed).Where(pair => pair.Value.Name == disk)
            .Select(pair => "unit " + pair.Key).FirstOrDefault();
        var device = run.Observed.Find(disk);
        return bay ?? unit ?? $"serial {device?.Serial ?? "?"} wwn {device?.Wwn ?? "-"}, in no bay";
    }
}
