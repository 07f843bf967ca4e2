namespace Provision.Configuration.Units;

/// <summary>The status of a unit according to systemd.</summary>
/// <param name="Name">Unit name.</param>
/// <param name="LoadState"><c>loaded</c>, <c>not-found</c>, <c>masked</c>, <c>bad-setting</c> ...</param>
/// <param name="ActiveState"><c>active</c>, <c>inactive</c>, <c>failed</c>, <c>activating</c> ...</param>
/// <param name="FileState"><c>enabled</c>, <c>disabled</c>, <c>static</c> ...; empty for a unit without a file.</param>
/// <param name="InvocationId">Id of the current run; empty if it never ran.</param>
/// <param name="ActiveSince">When it became active; null if it is not.</param>
/// <param name="After">Units that it is ordered after.</param>
public sealed record UnitStatus(
    string Name, string LoadState, string ActiveState, string FileState, string InvocationId, DateTimeOffset? ActiveSince, IReadOnlyList<string> After)
{
    /// <summary>True if the unit is running, or has completed successfully.</summary>
    public bool IsActive => ActiveState is "active" or "reloading";

    /// <summary>True if the unit starts at boot, or is started by other units and needs no enabling.</summary>
    public bool IsEnabled => FileState is "enabled" or "enabled-runtime" or "static" or "alias" or "indirect" or "generated" or "linked" or "";
}

/// <summary>The service manager of the running system.</summary>
public sealed class Systemd(ICommandRunner commands)
{
    private const string Properties = "Id,Names,LoadState,ActiveState,UnitFileState,InvocationID,ActiveEnterTimestamp,After";

    /// <summary>True if systemd runs the system that has these files as its root.</summary>
    public static bool Runs(IMachineFiles files) => files.IsRunningSystem && files.Stat("/run/systemd/system") is not null;

    /// <summary>Returns the status of units; the load state of an unknown unit is <c>not-found</c>.</summary>
    /// <exception cref="CommandFailedException">systemctl failed.</exception>
    public IReadOnlyDictionary<string, UnitStatus> Status(IReadOnlyCollection<string> units)
    {
        var found = new Dictionary<string, UnitStatus>(StringComparer.Ordinal);
        if (units.Count == 0)
        {
            return found;
        }

        var text = commands.Run(Command.Of("systemctl", ["show", "--timestamp=unix", "--property=" + Properties, "--", .. units])).OrThrow().Text;
        foreach (var (unit, block) in units.Zip(text.Split("\n\n")))
        {
            var values = block.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
            string Value(string name) => values.GetValueOrDefault(name, "");
            found[unit] = new UnitStatus(
                unit, Value("LoadState"), Value("ActiveState"), Value("UnitFileState"), Value("InvocationID"),
                long.TryParse(Value("ActiveEnterTimestamp").TrimStart('@'), out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
                Value("After").Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return found;
    }

    /// <summary>Makes systemd reload its unit files.</summary>
    public void ReloadUnitFiles() => commands.Run(Command.Of("systemctl", "daemon-reload")).OrThrow();

    /// <summary>Runs one systemctl verb on units: <c>start</c>, <c>restart</c>, <c>reload</c>, <c>stop</c>, <c>enable</c>, <c>disable</c>.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="limit">Time limit.</param>
    /// <param name="units">The units.</param>
    public CommandResult Do(string verb, TimeSpan limit, params IReadOnlyList<string> units) =>
        commands.Run(Command.Of("systemctl", [verb, "--no-ask-password", "--", .. units]).WithTimeout(limit));

    /// <summary>Returns the last lines that a unit wrote to the systemd journal, for a message.</summary>
    public string LastLines(string unit, int lines = 5)
    {
        var result = commands.Run(
            Command.Of("journalctl", "--unit", unit, "--lines", $"{lines}", "--no-pager", "--output", "cat").WithTimeout(TimeSpan.FromSeconds(5)));
        return result.Succeeded ? result.Text.Trim() : "";
    }
}
