using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Keys;

namespace Provision.Storage.Create;

/// <summary>The commands of a creation as lines to read, from the same typed actions that are run. Keys are not in it, and neither is the guard.</summary>
public static class CreateScript
{
    /// <summary>The lines in their order; devices that do not exist yet are named by what they will be.</summary>
    public static IEnumerable<string> Lines(CreatePlan plan, TangServers? tang)
    {
        foreach (var action in plan.Pool is { } pool ? PoolActions(plan, pool, tang)
            : plan.Sets[0].Luns.Where(lun => !lun.Os).SelectMany(lun => UnitActions(plan, plan.Sets[0], lun, tang)))
        {
            yield return $"# {action.Action}";
            yield return action.InputIsSecret && action.Input is not null ? $"{action} < KEY" : action.Input is { } input
                ? $"{action} <<'END'\n{System.Text.Encoding.UTF8.GetString(input.Span)}END" : action.ToString();
        }
    }

    private static IEnumerable<DiskCommand> UnitActions(CreatePlan plan, SetLayout set, LunLayout lun, TangServers? tang)
    {
        var unit = set.IsMd ? "/dev/md/" + lun.Name : "/dev/" + plan.Units[lun.Name];
        if (set.IsMd)
        {
            yield return DiskCommands.MakeArray(lun.Name, plan.Journal.Id("array", lun.Name), set.Level,
                [.. plan.Drives.Select(drive => "/dev/" + drive.Drive.Device)]);
        }

        var volumes = plan.Volumes.Where(volume => volume.Lun == lun.Name).ToList();
        if (lun.HasPartitionTable)
        {
            yield return DiskCommands.WriteTable(unit,
                SetMaker.TableOf(plan.Journal, lun, volumes, set.IsMd ? lun.Bytes
                : plan.Allowed!.Permits.First(permit => "/dev/" + permit.Name == unit).Bytes));
            yield return DiskCommands.ReadTable(unit);
        }

        foreach (var volume in volumes)
        {
            var device = lun.HasPartitionTable ? "/dev/disk/by-partuuid/" + plan.Journal.Id("partition", volume.Label) : unit;
            if (volume.Encryption == VolumeEncryption.Luks)
            {
                yield return DiskCommands.MakeLuks(device, plan.Journal.Id("luks", volume.Label), volume.Label, plan.Layout.Chassis.Luks, default);
                if (tang is not null)
                {
                    yield return DiskCommands.BindClevis(device, tang.ClevisConfig, default);
                }

                yield return DiskCommands.OpenLuks(device, volume.Label, default);
                device = "/dev/mapper/" + volume.Label;
                yield return DiskCommands.Wipe(device);
            }

            if (volume.Filesystem is { } filesystem)
            {
                yield return DiskCommands.MakeFilesystem(device, filesystem, plan.Journal.Id("filesystem", volume.Label), volume.Label);
            }
        }
    }

    private static IEnumerable<DiskCommand> PoolActions(CreatePlan plan, PoolLayout pool, TangServers? tang)
    {
        string Member(Bay bay) => "/dev/disk/by-partuuid/" + plan.Journal.Id("partition", bay.ToString());
        foreach (var drive in plan.Drives)
        {
            yield return DiskCommands.WriteTable("/dev/" + drive.Drive.Device, PoolMaker.TableOf(plan.Journal, pool.Name, drive.Bay, drive.Drive.Bytes));
            yield return DiskCommands.ReadTable("/dev/" + drive.Drive.Device);
        }

        var devices = plan.Drives.Select(drive => Member(drive.Bay)).ToList();
        yield return DiskCommands.MakePool(pool.Name, pool.Definition.Encryption,
            [.. plan.Sets.Select(set => ("raidz2", (IReadOnlyList<string>)[.. set.Bays.Select(Member)]))], plan.Journal.Id("pool", pool.Name),
            default(ReadOnlyMemory<byte>));
        if (tang is not null && pool.Definition.Encryption is not null)
        {
            yield return DiskCommands.SetPoolProperty(pool.Name, PoolKey.SealedProperty, "SEALED-KEY", devices);
        }

        foreach (var volume in plan.Volumes)
        {
            yield return DiskCommands.MakeDataset(volume.Device, volume.MountPath ?? "none", (volume.Definition as Dataset)?.Quota, devices);
        }
    }
}
