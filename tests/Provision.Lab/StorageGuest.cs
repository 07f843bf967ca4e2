using System.Diagnostics;
using System.Globalization;

namespace Provision.Lab;

/// <summary>A running machine of <see cref="StorageLab"/> and the commands that people give on it.</summary>
internal sealed class StorageGuest(QemuGuest guest, string host) : IDisposable
{
    private const string Escrow = "--escrow /lab/escrow";
    private readonly Stopwatch time = Stopwatch.StartNew();

    /// <summary>The machine.</summary>
    public QemuGuest Machine => guest;

    /// <summary>What was run so far and how long it took.</summary>
    public List<string> Times { get; } = [string.Create(CultureInfo.InvariantCulture, $"boot {guest.BootTime.TotalSeconds:F0} s")];

    /// <summary>Runs a script that must succeed, and returns what it says.</summary>
    public string Script(string script)
    {
        var result = Timed(script);
        return result.Succeeded ? result.Text : throw new InvalidOperationException($"{script}\nexit {result.ExitCode}\n{result.Text}{result.Error}");
    }

    /// <summary>Runs <c>provision</c> and expects an exit code.</summary>
    /// <returns>What it says, answers before errors.</returns>
    public string Provision(string arguments, int exitCode = 0)
    {
        var result = Timed($"provision --repo /lab/repository {arguments}");
        return result.ExitCode == exitCode
            ? result.Text + result.Error
            : throw new InvalidOperationException($"provision {arguments}\nexit {result.ExitCode} instead of {exitCode}\n{result.Text}{result.Error}");
    }

    /// <summary>Accepts what is found as the host's drive record.</summary>
    public string Accept() => Provision($"drives accept {host} --yes");

    /// <summary>Creates a set or pool.</summary>
    public string Create(string set, IEnumerable<string> serials, int exitCode = 0) =>
        Provision($"storage create {host} --set {set} --serial {string.Join(' ', serials)} {Escrow} --yes", exitCode);

    /// <summary>Rehearses every recovery key.</summary>
    public string Rehearse() => Provision($"storage rehearse {host} {Escrow} --identity /lab/operator.key");

    /// <summary>Puts everything into service through the Tang servers.</summary>
    public string Unlock(int exitCode = 0) => Provision($"storage unlock {host}", exitCode);

    /// <summary>Compares the disks with layout and record.</summary>
    public string Diff(int exitCode = 0) => Provision($"storage diff {host}", exitCode);

    /// <summary>Compares the bays with the record.</summary>
    public string Check(int exitCode = 0) => Provision($"drives {host} --check", exitCode);

    public void Dispose() => guest.Dispose();

    private CommandResult Timed(string script)
    {
        time.Restart();
        var result = guest.Run(script, TimeSpan.FromMinutes(15));
        Times.Add(string.Create(CultureInfo.InvariantCulture,
            $"{time.Elapsed.TotalSeconds:F0} s: {script.ReplaceLineEndings(" ")[..Math.Min(script.Length, 100)]}"));
        return result;
    }
}
