using Provision.Storage.Map;

namespace Provision.Storage.Locate;

/// <summary>Switches the light beside a bay, through <c>ledctl</c> (Debian package ledmon), so that a person pulls the right drive.</summary>
public sealed class DriveLight(ICommandRunner commands)
{
    private const string Tool = "ledctl";

    /// <summary>Switches the light on, waits, and switches it off again, also when <paramref name="stop"/> asks for it earlier.</summary>
    /// <returns>What went wrong, or null.</returns>
    public Diagnostic? Blink(BayState bay, TimeSpan time, CancellationToken stop)
    {
        if (Switch(bay, on: true) is { } problem)
        {
            return problem;
        }

        stop.WaitHandle.WaitOne(time);
        return Switch(bay, on: false);
    }

    /// <summary>Switches the light on or off.</summary>
    /// <returns>What went wrong, or null.</returns>
    public Diagnostic? Switch(BayState bay, bool on)
    {
        var place = Location.OfFile(bay.Bay.ToString());
        if (bay.Drive?.Device is not { } device)
        {
            return Diagnostic.Error(
                place,
                bay.Drive is null ? "no drive is in this bay, and the light is found through the drive"
                    : "this drive is behind a RAID controller, and has no device that the light could be found by",
                bay.Drive is null ? null : "use the controller's own program: cli64 disk identify");
        }

        // Without --listed-only it would switch the lights of all other drives off, also those that were switched on for another reason.
        var result = commands.Run(Command.Of(Tool, "--listed-only", $"{(on ? "locate" : "locate_off")}=/dev/{device}").WithTimeout(TimeSpan.FromSeconds(30)));
        return result.ExitCode switch
        {
            0 => null,
            127 => Diagnostic.Error(place, "there is no ledctl on this machine, which switches the lights", "apt install ledmon"),
            124 => Diagnostic.Error(place, "ledctl did not answer in 30 s"),
            var code => Diagnostic.Error(place, $"ledctl failed with exit code {code}: {Printable.Of(result.Error.Trim().Split('\n')[^1], 160)}",
                "the board or backplane may have no lights that it knows"),
        };
    }
}
