namespace Provision.Boot.Images;

/// <summary>
/// An apt of its own, which sees no package as installed and shares nothing with the machine's but, where nothing else is said, its sources. It answers which
/// packages exactly an image would get, and fetches them.
/// </summary>
internal sealed class AptWorld
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private readonly string folder;
    private readonly ICommandRunner commands;
    private readonly CancellationToken cancellation;

    /// <summary>Makes it.</summary>
    /// <param name="folder">Its folder; what it fetched is kept there for the next time.</param>
    /// <param name="release">The Debian release.</param>
    /// <param name="sources">Lines as in <c>sources.list</c>; none for the sources of this machine, or Debian's where those do not have the release.</param>
    /// <param name="local">Folder with packages that go before all others (<see cref="PackageFolder"/>); null for none.</param>
    /// <param name="commands">Runs apt.</param>
    /// <param name="cancellation">Ends it.</param>
    public AptWorld(string folder, string release, IReadOnlyList<string> sources, string? local, ICommandRunner commands, CancellationToken cancellation)
    {
        this.folder = folder;
        this.commands = commands;
        this.cancellation = cancellation;
        foreach (var needed in (string[])["lists/partial", "archives/partial", "nothing/partial", "trusted"])
        {
            Directory.CreateDirectory(Path.Combine(folder, needed));
        }

        File.WriteAllText(At("status"), "");
        File.WriteAllText(At("preferences"), $"Package: *\nPin: release l={PackageFolder.LocalLabel}\nPin-Priority: 1001\n");
        Trust();
        File.WriteAllText(At("apt.conf"), Configuration());
        if (Directory.Exists(At("sources.d")))
        {
            Directory.Delete(At("sources.d"), recursive: true);
        }

        Directory.CreateDirectory(At("sources.d"));
        File.WriteAllText(At("sources.list"), string.Join('\n', sources) + "\n");
        if (sources.Count == 0)
        {
            TakeMachineSources(release);
        }

        // A package that was named is wanted, even where the archive has a newer one.
        File.WriteAllText(At("sources.d/local.list"), local is null ? "" : $"deb [trusted=yes] copy:{local} ./\n");
    }

    /// <summary>Packages that were fetched.</summary>
    public string Archives => At("archives");

    /// <summary>Asks the sources what they have.</summary>
    /// <returns>Why they cannot be asked; null where they were.</returns>
    public string? Update()
    {
        var result = Apt(TimeSpan.FromMinutes(10), ["update", "-qq", "-o", "APT::Update::Error-Mode=any"]);
        return result.Succeeded ? null : Reason(result);
    }

    /// <summary>The exact packages of a request, with everything they depend on.</summary>
    /// <exception cref="ImageException">They cannot be had.</exception>
    public IReadOnlyList<ImagePackage> Resolve(IReadOnlyList<string> wanted)
    {
        // apt says nothing of what it has already: it is asked as if it had nothing.
        var result = Apt(TimeSpan.FromMinutes(5), ["install", "--print-uris", "-qq", "-y", "-o", "Dir::Cache::archives=" + At("nothing"), .. wanted]);
        return result.Succeeded
            // 'URI' FILE BYTES SHA256:HASH
            ? [.. result.Text.Split('\n').Select(line => line.Split(' '))
                .Where(words => words.Length == 4 && words[3].StartsWith("SHA256:", StringComparison.Ordinal))
                .Select(words => new ImagePackage(words[1], words[3]["SHA256:".Length..]))]
            : throw new ImageException($"the packages cannot be had: {Reason(result)}");
    }

    /// <summary>Fetches the packages of a request into <see cref="Archives"/>; apt verifies each.</summary>
    /// <exception cref="ImageException">One cannot be fetched.</exception>
    public void Fetch(IReadOnlyList<string> wanted)
    {
        var result = Apt(Longest, ["install", "--download-only", "-qq", "-y", .. wanted]);
        if (!result.Succeeded)
        {
            throw new ImageException($"the packages cannot be fetched: {Reason(result)}");
        }
    }

    private static string Reason(CommandResult result) =>
        string.Join("; ", result.Error.Split('\n').Concat(result.Text.Split('\n'))
            .Where(line => line.StartsWith("E:", StringComparison.Ordinal) || line.StartsWith(' ')).Select(line => line.Trim())
            .Take(5)) is { Length: > 0 } said ? said : result.Error.Trim();

    private CommandResult Apt(TimeSpan limit, IReadOnlyList<string> arguments) =>
        commands.Run(Configured("apt-get", arguments).WithTimeout(limit), cancellation);

    private Command Configured(string program, params IReadOnlyList<string> arguments) =>
        Command.Of(program, arguments).WithEnvironment("APT_CONFIG", At("apt.conf")).WithEnvironment("LC_ALL", "C.UTF-8")
            .WithEnvironment("DEBIAN_FRONTEND", "noninteractive");

    /// <summary>Debian's keys, where the machine keeps them; a source may name its own with signed-by.</summary>
    private void Trust()
    {
        foreach (var (from, pattern) in ((string, string)[])[("/etc/apt/trusted.gpg.d", "*"), ("/usr/share/keyrings", "debian-archive-*")])
        {
            foreach (var key in Directory.Exists(from) ? Directory.EnumerateFiles(from, pattern).Where(file => Path.GetExtension(file) is ".gpg" or ".asc")
                : [])
            {
                File.Copy(key, At("trusted/" + Path.GetFileName(key)), overwrite: true);
            }
        }
    }

    private void TakeMachineSources(string release)
    {
        foreach (var file in ((string[])["/etc/apt/sources.list"])
            .Concat(Directory.Exists("/etc/apt/sources.list.d") ? Directory.GetFiles("/etc/apt/sources.list.d") : []).Where(File.Exists))
        {
            File.Copy(file, At("sources.d/" + Path.GetFileName(file)));
        }

        if (!commands.Run(Configured("apt-get", "indextargets", "--format", "$(RELEASE)"), cancellation).Text.Split('\n').Contains(release))
        {
            Directory.Delete(At("sources.d"), recursive: true);
            Directory.CreateDirectory(At("sources.d"));
            const string components = "main contrib non-free-firmware";
            File.WriteAllText(At("sources.list"), $"""
                deb http://deb.debian.org/debian {release} {components}
                deb http://deb.debian.org/debian {release}-updates {components}
                deb http://deb.debian.org/debian-security {release}-security {components}

                """);
        }
    }

    private string Configuration()
    {
        // How this machine reaches the mirror (a proxy, how long it waits) is what its administrator said.
        var network = commands.Run(Command.Of("apt-config", "dump", "Acquire"), cancellation).Text.Split('\n')
            .Where(line => line.StartsWith("Acquire::http", StringComparison.Ordinal) || line.StartsWith("Acquire::Check-", StringComparison.Ordinal));
        return $$"""
            Dir::Etc::main "/dev/null"; Dir::Etc::parts "/dev/null";
            Dir::Etc::sourcelist "{{At("sources.list")}}"; Dir::Etc::sourceparts "{{At("sources.d")}}";
            Dir::Etc::preferences "{{At("preferences")}}"; Dir::Etc::preferencesparts "/dev/null";
            Dir::Etc::trusted "/dev/null"; Dir::Etc::trustedparts "{{At("trusted")}}";
            Dir::State "{{folder}}"; Dir::State::lists "{{At("lists")}}"; Dir::State::status "{{At("status")}}";
            Dir::State::extended_states "{{At("extended_states")}}";
            Dir::Cache "{{folder}}"; Dir::Cache::archives "{{Archives}}"; Dir::Log "{{folder}}";
            APT::Architecture "amd64"; APT::Architectures { "amd64"; }; APT::Install-Recommends "false"; APT::Sandbox::User "root";
            APT::Keep-Downloaded-Packages "true"; Acquire::Languages "none"; Acquire::ForceHash "SHA256"; Acquire::Retries "2"; Acquire::http::Timeout "20";
            {{string.Join('\n', network)}}

            """;
    }

    private string At(string name) => Path.Combine(folder, name);
}
