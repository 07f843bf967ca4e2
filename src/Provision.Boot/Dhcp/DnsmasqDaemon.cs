namespace Provision.Boot.Dhcp;

/// <summary>The dnsmasq that runs beside a boot server: started with it, started anew when its configuration changes or when it ended, ended with it.</summary>
/// <param name="folder">Where its files are.</param>
/// <param name="say">Told what it says.</param>
internal sealed class DnsmasqDaemon(string folder, Action<string> say) : IDisposable
{
    private readonly Lock turn = new();
    private RunningCommand? running;
    private string? current, refused;

    private string File => Path.Combine(folder, "dnsmasq.conf");

    /// <summary>Keeps dnsmasq running with this configuration. A configuration that dnsmasq rejects is logged, and the last valid one stays in use.</summary>
    public void Keep(string configuration, ICommandRunner commands)
    {
        lock (turn)
        {
            if (configuration == refused || (configuration == current && running is { IsRunning: true }))
            {
                return;
            }

            var content = System.Text.Encoding.UTF8.GetBytes(configuration);
            var tried = File + ".tried";
            AtomicFile.Write(tried, content);
            var check = commands.Run(Command.Of("dnsmasq", "--test", $"--conf-file={tried}").WithTimeout(TimeSpan.FromSeconds(20)));
            if (!check.Succeeded)
            {
                refused = configuration;
                say($"dnsmasq: {check.Error.Trim()}");
                return;
            }

            running?.Dispose();
            RunningCommand.EndLeftOver(Path.Combine(folder, "dnsmasq.pid"), $"--conf-file={File}");
            AtomicFile.Write(File, content);
            running = RunningCommand.Start(Command.Of("dnsmasq", "--keep-in-foreground", $"--conf-file={File}").WithListener(line => say("dnsmasq: " + line)));
            current = configuration;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (turn)
        {
            running?.Dispose();
            running = null;
        }
    }
}
