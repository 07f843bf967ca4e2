namespace Provision.Core;

/// <summary>A git repository, accessed through the git command: without hooks, file system monitors and prompts.</summary>
public sealed class Git
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Settings over those of the system, the user and the repository: git runs no program that a repository names by itself.</summary>
    private static readonly (string Key, string Value)[] Settings =
    [
        ("core.fsmonitor", "false"),
        ("core.hooksPath", "/dev/null"),
    ];

    /// <summary>The same settings as options of a git command, for one that is run on another host.</summary>
    public static IReadOnlyList<string> OptionsAgainstPrograms { get; } = [.. Settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })];

    /// <summary>As root also: forgets every directory of another user that a configuration calls safe.</summary>
    private static readonly (string Key, string Value)[] SettingsOfRoot = [.. Settings, ("safe.directory", "")];

    private readonly ICommandRunner commands;
    private readonly IReadOnlyList<string> options;
    private readonly string? ssh;

    /// <summary>Creates the object; git is not run yet.</summary>
    /// <param name="commands">Runs git.</param>
    /// <param name="repository">Path of the working tree, or of a bare repository.</param>
    /// <param name="ssh">The ssh client for git, as one line for a shell; null for git's default.</param>
    public Git(ICommandRunner commands, string repository, string? ssh = null)
        : this(commands, ["-C", repository], ssh)
    {
    }

    private Git(ICommandRunner commands, IReadOnlyList<string> options, string? ssh)
    {
        this.commands = commands;
        this.options = options;
        this.ssh = ssh;
    }

    /// <summary>Creates an empty bare repository.</summary>
    /// <exception cref="CommandFailedException">git failed.</exception>
    public static Git MakeBare(ICommandRunner commands, string path)
    {
        new Git(commands, [], null).Run("init", "--quiet", "--bare", "--", path);
        return new Git(commands, path);
    }

    /// <summary>Creates an empty repository with a working tree.</summary>
    /// <exception cref="CommandFailedException">git failed.</exception>
    public static Git MakeWorkTree(ICommandRunner commands, string path)
    {
        new Git(commands, [], null).Run("init", "--quiet", "--initial-branch=main", "--", path);
        return new Git(commands, path);
    }

    /// <summary>Clones an untrusted repository or bundle without checking anything out; every object is verified.</summary>
    /// <exception cref="CommandFailedException">git failed, or an object is damaged.</exception>
    public static Git CloneChecked(ICommandRunner commands, string from, string to)
    {
        // As root, git may report dubious ownership of the directory, which was created just now.
        string[] trusting = ["-c", "transfer.fsckObjects=true", "-c", "safe.directory=*"];
        new Git(commands, trusting, null).Run("clone", "--quiet", "--no-checkout", "--", from, to);
        return new Git(commands, [.. trusting, "-C", to], null);
    }

    /// <summary>Runs git and also returns failures. git never prompts, and takes no optional locks.</summary>
    /// <param name="arguments">The git command and its arguments.</param>
    public CommandResult Try(params IReadOnlyList<string> arguments)
    {
        var command = Command.Of("git", [.. options, .. arguments])
            .WithEnvironment("GIT_OPTIONAL_LOCKS", "0")
            .WithEnvironment("GIT_TERMINAL_PROMPT", "0")
            .WithTimeout(Limit);
        var settings = Environment.IsPrivilegedProcess ? SettingsOfRoot : Settings;
        command = command.WithEnvironment("GIT_CONFIG_COUNT", $"{settings.Length}");
        for (var i = 0; i < settings.Length; i++)
        {
            command = command.WithEnvironment($"GIT_CONFIG_KEY_{i}", settings[i].Key).WithEnvironment($"GIT_CONFIG_VALUE_{i}", settings[i].Value);
        }

        return commands.Run(ssh is null ? command : command.WithEnvironment("GIT_SSH_COMMAND", ssh));
    }

    /// <summary>Runs git.</summary>
    /// <param name="arguments">The git command and its arguments.</param>
    /// <exception cref="CommandFailedException">git failed; the message names the command and the end of its standard error.</exception>
    public CommandResult Run(params IReadOnlyList<string> arguments) => Try(arguments).OrThrow();

    /// <summary>Checks whether one of the allowed signers signed a commit with an ssh key; no other kind of signature counts, and no setting of the repository
    /// changes that.</summary>
    /// <param name="commit">The commit, 40 hexadecimal digits.</param>
    /// <param name="allowedSigners">Path of the file that names the signers; never part of the commit.</param>
    public SignatureCheck VerifyCommit(string commit, string allowedSigners)
    {
        var result = new Git(
            commands,
            [
                .. options, "--no-replace-objects", "-c", "gpg.ssh.allowedSignersFile=" + allowedSigners, "-c", "gpg.ssh.program=ssh-keygen",
                "-c", "gpg.program=false", "-c", "gpg.openpgp.program=false", "-c", "gpg.x509.program=false",
            ],
            ssh).Try("verify-commit", "--raw", commit);
        const string good = "Good \"git\" signature for ";
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return result.Succeeded && lines.FirstOrDefault(line => line.StartsWith(good, StringComparison.Ordinal)) is { } line
            ? new SignatureCheck(Printable.Of(line[good.Length..].Split(" with ")[0], 200), null)
            : new SignatureCheck(null, lines.Length == 0 ? "it has no signature" : Printable.Of(lines[^1].Trim(), 200));
    }

    /// <summary>Returns the commit of a reference; null if there is none.</summary>
    /// <param name="name">Full name of a reference, such as <c>refs/heads/main</c>.</param>
    public string? CommitOf(string name) =>
        Try("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}") is { Succeeded: true } found ? found.Text.Trim() : null;
}
