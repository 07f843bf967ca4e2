using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <content>Rollback to an earlier generation.</content>
public sealed partial class Installation
{
    /// <summary>Restores the files of an earlier generation and acts on the units that use them. Files that depend on mastership stay unchanged if mastership
    /// has moved since: a rollback never changes which slots serve.</summary>
    /// <param name="target">The generation; null for the one before the last.</param>
    /// <param name="mastersSerial">Serial of the current masters.</param>
    /// <param name="options">The options of the run.</param>
    public InstallReport Rollback(int? target, long mastersSerial, InstallOptions options)
    {
        return Locked(_ =>
        {
            var state = store.ReadState();
            try
            {
                return Rollback(target, mastersSerial, options, state);
            }
            catch (MachineFileException e)
            {
                return Unchanged(e, state) ?? throw Complete(e);
            }
        });
    }

    private InstallReport Rollback(int? target, long mastersSerial, InstallOptions options, HostState state)
    {
        if (WhyNotWhileUnconfirmed(state, options) is { } waiting)
        {
            return Refused(waiting) with { Generation = state.Generation };
        }

        var wanted = target ?? state.Generation - 1;
        var generation = wanted > 0 ? store.ReadGeneration(wanted) : null;
        if (generation is null && wanted != 0)
        {
            var kept = store.Generations();
            return Refused(kept.Count == 0
                ? $"nothing was ever installed below {files.Root}"
                : $"there is no generation {wanted}: {string.Join(", ", kept)} are kept (0 is the state before the first)");
        }

        if (wanted == state.Generation)
        {
            return new InstallReport { Outcome = InstallOutcome.NothingToDo, Generation = state.Generation };
        }

        var problem = wanted == 0 && state.Generation == 0 ? "nothing was ever installed" : MissingHistory(wanted, state.Generation);
        if (problem is not null)
        {
            return Refused($"{problem} below {files.Root}");
        }

        return RollBackTo(wanted, generation, mastersSerial, state, options);
    }

    // Of the units that use the restored files only those in `touched` are acted on, unless it is null.
    private InstallReport RollBackTo(
        int wanted, Generation? generation, long mastersSerial, HostState state, InstallOptions options, HashSet<string>? touched = null)
    {
        var builder = new GenerationBuilder(store, state);
        var effects = new Dictionary<string, UnitEffect>(StringComparer.Ordinal);
        var messages = new List<string>();
        var target = generation?.Files ?? [];
        var unitFilesChanged = false;
        foreach (var path in state.Files.Keys.Union(target.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var current = state.Files.GetValueOrDefault(path);
            var managed = target.GetValueOrDefault(path);
            var observed = ObservedFile.At(files, path);
            var image = managed?.Image ?? BeforeManaged(path, wanted, state.Generation);
            if (FileComparer.IsImage(observed, image, withOwner: files.MayChangeOwner))
            {
                continue;
            }

            if ((current?.IsVolatile == true || managed?.IsVolatile == true) && (generation?.MastersSerial ?? 0) != mastersSerial)
            {
                messages.Add($"{path} is kept: mastership has moved since generation {wanted} (serial {generation?.MastersSerial ?? 0}, now {mastersSerial})");
                continue;
            }

            builder.Restore(path, observed, managed, managed is null ? image : null);
            unitFilesChanged |= UnitFiles.IsUnitFile(path);
            foreach (var unit in (managed ?? current)!.Units.Where(unit => touched is null || touched.Contains(unit)))
            {
                var needed = target.Values.Any(file => file.Units.Contains(unit, StringComparer.Ordinal));
                UnitEffects.Add(effects, new UnitEffect(unit, needed ? UnitAction.Restart : UnitAction.Stop, path, 50, false));
            }
        }

        if (builder.IsEmpty)
        {
            return new InstallReport { Outcome = InstallOutcome.NothingToDo, Generation = state.Generation, Messages = messages };
        }

        var work = new UnitWork(UnitEffects.InOrder(effects.Values), [], effects.Keys.ToHashSet(StringComparer.Ordinal), unitFilesChanged);
        var report = Carry(
            builder, state, state.Host, GenerationKind.Rollback, generation?.Commit ?? Revision.NoCommit, generation?.Commit, mastersSerial, work, options);
        return report with { Messages = [.. messages, .. report.Messages] };
    }

    /// <summary>Returns what a path held before it was first managed after a generation; null if nothing.</summary>
    private FileImage? BeforeManaged(string path, int after, int last)
    {
        for (var number = after + 1; number <= last; number++)
        {
            if (store.ReadGeneration(number) is { } generation && generation.Before.TryGetValue(path, out var image))
            {
                return image;
            }
        }

        return null;
    }

    private string? MissingHistory(int wanted, int last)
    {
        var kept = store.Generations().ToHashSet();
        var missing = Enumerable.Range(wanted + 1, last - wanted).FirstOrDefault(number => !kept.Contains(number));
        return missing == 0 ? null : $"the history back to generation {wanted} is not whole any more: {missing} is missing";
    }
}
