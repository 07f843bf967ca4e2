using System.Diagnostics;

namespace Provision.Lab;

/// <summary>
/// A user-mode Linux kernel whose disk is an image and whose programs are this machine's. Its page cache is its own: when it is
/// killed, everything that was not synced to the image is lost, as in a power cut.
/// </summary>
internal static class UmlGuest
{
    private const string Ready = "LAB-READY";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Boots, runs a command with the disk mounted on <c>/mnt</c>, and cuts the power.</summary>
    /// <param name="folder">Where the guest's script and console go.</param>
    /// <param name="image">The disk: an ext4 filesystem.</param>
    /// <param name="command">A line for the shell.</param>
    /// <returns>The exit code of the command.</returns>
    /// <remarks>
    /// Nothing reaches the disk by itself: there is no writeback, no commit by time, and no allocation at a rename. At the end
    /// another program syncs a file of its own, as on any host, which makes all renames durable but no contents.
    /// </remarks>
    public static int RunAndCutPower(string folder, string image, string command)
    {
        var script = Path.Combine(folder, "init");
        var console = Path.Combine(folder, "console");
        File.WriteAllText(script, $"""
            #!/bin/sh
            mount -t proc proc /proc
            mount -t sysfs sysfs /sys
            mount -t tmpfs tmpfs /run
            echo 0 > /proc/sys/vm/dirty_writeback_centisecs
            mount -t ext4 -o commit=600,noauto_da_alloc /dev/ubda /mnt || exit 1
            export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ TERM=dumb DOTNET_gcServer=0 DOTNET_EnableDiagnostics=0
            {command}
            code=$?
            dd if=/dev/zero of=/mnt/lost+found/other bs=1 count=1 conv=fsync 2> /dev/null
            echo "{Ready} $code"
            exec sleep 1000

            """);
        File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
        // In a process namespace, which ends as a whole: killed one by one, some of the kernel's processes would stay.
        string[] kernel = ["unshare", "--pid", "--fork", "--kill-child=KILL", "linux.uml", "rootfstype=hostfs", "rootflags=/", "ro", "init=" + script,
            "mem=512M", "ubd0=" + image, "con=null", "con0=null,fd:1", "quiet"];
        using var guest = Process.Start(new ProcessStartInfo("sh", ["-c", "log=$0; exec \"$@\" > \"$log\" 2>&1", console,
            .. kernel])
        { RedirectStandardInput = true, UseShellExecute = false })!;
        try
        {
            for (var end = DateTime.UtcNow + Limit; DateTime.UtcNow < end && !guest.HasExited; Thread.Sleep(50))
            {
                if (File.Exists(console) && File.ReadAllLines(console).FirstOrDefault(line => line.StartsWith(Ready, StringComparison.Ordinal)) is { } line
                    && int.TryParse(line[Ready.Length..], out var code))
                {
                    return code;
                }
            }

            throw new InvalidOperationException("the guest did not come to its end: " + File.ReadAllText(console));
        }
        finally
        {
            guest.Kill(entireProcessTree: true);
            guest.WaitForExit();
        }
    }
}
