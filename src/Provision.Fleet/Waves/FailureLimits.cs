namespace Provision.FleetRuns.Waves;

/// <summary>The numbers of hosts that may fail before a run stops.</summary>
/// <param name="Wave">In one wave.</param>
/// <param name="Run">In the whole run.</param>
internal sealed record FailureLimits(int Wave, int Run)
{
    /// <summary>Returns why no further host may start; null if the run may continue.</summary>
    /// <param name="wave">1-based number of the current wave.</param>
    /// <param name="inWave">Hosts that failed in it.</param>
    /// <param name="inRun">Hosts that failed in all waves.</param>
    public string? WhyStop(int wave, int inWave, int inRun) =>
        inRun > Run ? $"{Counted.Of(inRun, "host")} failed, {Allowed(Run)} allowed in the run"
        : inWave > Wave ? $"{Counted.Of(inWave, "host")} failed in wave {wave}, {Allowed(Wave)} allowed in a wave"
        : null;

    private static string Allowed(int number) => number switch { 0 => "none is", 1 => "1 is", _ => $"{number} are" };
}
