namespace Provision.Inventory;

/// <summary>Validates drive records against the hosts and their hardware.</summary>
internal static class DriveChecks
{
    public static void Run(FleetDraft draft)
    {
        var serials = new Dictionary<string, RecordedDrive>(StringComparer.Ordinal);
        foreach (var record in draft.Fleet.DriveRecords)
        {
            foreach (var drive in record.Drives)
            {
                if (drive.Serial.Length > 0 && !serials.TryAdd(drive.Serial, drive))
                {
                    draft.Error(drive.At("serial"), $"a drive with the serial {drive.Serial} is recorded twice", serials[drive.Serial].At("serial"), "here");
                }
            }

            if (!draft.Index.Hosts.TryGetValue(record.Name, out var host))
            {
                draft.Unknown(record.Location, $"drives of an unknown host \"{record.Name}\"", record.Name, draft.Index.Hosts.Keys);
            }
            else if (host.Status == HostStatus.Retired || draft.BrokenHosts.Contains(host.Name))
            {
                continue;
            }
            else if (host.Chassis is null)
            {
                draft.Error(record.Location, $"drives of {host.Name}, which has no chassis", host.Location, host.Name);
            }
            else if (draft.Index.Chassis.TryGetValue(host.Chassis, out var chassis) && !draft.BrokenChassis.Contains(chassis.Name))
            {
                CheckAgainst(draft, record, Layout.Of(host, chassis));
            }
        }
    }

    private static void CheckAgainst(FleetDraft draft, DriveRecord record, Layout layout)
    {
        var bays = new HashSet<string>(StringComparer.Ordinal);
        foreach (var panel in layout.Chassis.Panels)
        {
            foreach (var bay in panel.Bays)
            {
                bays.Add(bay.ToString());
            }
        }

        var sets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in layout.Sets)
        {
            sets.Add(set.Key);
        }

        var units = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in layout.Sets)
        {
            foreach (var lun in set.Luns)
            {
                units.Add(lun.Name);
            }
        }

        foreach (var pool in layout.Pools)
        {
            sets.Add(pool.Definition.Name);
            units.Add(pool.Name);
        }

        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (var volume in layout.Volumes)
        {
            labels.Add(volume.Label);
        }

        Unknown(record.Drives, "bay", bays);
        Unknown(record.Sets, "set", sets);
        Unknown(record.Units, "unit", units);
        Unknown(record.Volumes, "volume", labels);

        void Unknown(IEnumerable<Fact> facts, string what, HashSet<string> known)
        {
            foreach (var fact in facts)
            {
                if (!known.Contains(fact.Name))
                {
                    draft.Found.Error(
                        fact.Location,
                        $"the chassis {layout.Chassis.Name} of {record.Name} has no {what} \"{fact.Name}\"",
                        draft.Hint(fact.Name, known));
                }
            }
        }
    }
}
