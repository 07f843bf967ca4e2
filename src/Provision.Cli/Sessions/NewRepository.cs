using System.Text;
using Provision.Configuration.Seeds;

namespace Provision.Cli.Sessions;

/// <summary>A repository that is made beside its place and moved there whole.</summary>
internal sealed class NewRepository : IDisposable
{
    private static readonly string[] UsualKeys = ["id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"];
    private readonly string place;
    private readonly ICommandRunner commands;
    private bool isInPlace;

    private NewRepository(string place, ICommandRunner commands)
    {
        this.place = place;
        this.commands = commands;
        Folder = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.{Path.GetRandomFileName()}.new");
        Directory.CreateDirectory(Folder, (UnixFileMode)FileModes.PublicDirectory);
    }

    /// <summary>Where it is made.</summary>
    public string Folder { get; }

    /// <summary>Begins a repository; ends the command if its place holds anything.</summary>
    public static NewRepository Begin(string path, ICommandRunner commands)
    {
        var full = Path.GetFullPath(path).TrimEnd('/');
        return full.Length == 0 || File.Exists(full) ? throw new UserErrorException($"{path} is not a directory: name a new or an empty one")
            : Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()
                ? throw new UserErrorException($"{path} is not empty: name a new or an empty directory; nothing was written")
            : !Directory.Exists(Path.GetDirectoryName(full))
                ? throw new UserErrorException($"there is no directory {Path.GetDirectoryName(full)}: make it first")
            : new NewRepository(full, commands);
    }

    /// <summary>Writes a file.</summary>
    public void Write(string path, ReadOnlySpan<byte> content) => EditedFile.Write(Folder, path, content);

    /// <summary>Writes files of text.</summary>
    public void Write(IEnumerable<SeedFile> files)
    {
        foreach (var file in files)
        {
            Write(file.Path, Encoding.UTF8.GetBytes(file.Text));
        }
    }

    /// <summary>Makes the first commit.</summary>
    /// <param name="message">Its message.</param>
    /// <param name="sign">Whether to look for an ssh key that signs commits.</param>
    /// <returns>The public key that signed the commit, or why none did.</returns>
    public (string? Key, string? WhyNot) Commit(string message, bool sign)
    {
        var git = new Git(commands, Folder);
        git.Run("init", "--quiet", "--initial-branch=main");
        if (git.Try("config", "user.email") is not { Succeeded: true })
        {
            git.Run("config", "user.name", Environment.UserName);
            git.Run("config", "user.email", $"{Environment.UserName}@{Environment.MachineName}");
        }

        git.Run("add", "--all");
        var key = sign ? SigningKey(git) : null;
        if (key is not null)
        {
            git.Run("config", "gpg.format", "ssh");
            git.Run("config", "user.signingkey", key);
            git.Run("config", "commit.gpgsign", "true");
            if (git.Try("commit", "--quiet", "-m", message) is not { Succeeded: false } failed)
            {
                return (key, null);
            }

            git.Run("-c", "commit.gpgsign=false", "commit", "--quiet", "-m", message);
            return (null, $"{key} did not sign: {Printable.Line(failed.Error.Trim().Split('\n')[0])}");
        }

        git.Run("-c", "commit.gpgsign=false", "commit", "--quiet", "-m", message);
        return (null, sign ? $"there is no {UsualKeys[0]} in ~/.ssh" : "--no-sign");
    }

    /// <summary>Moves it to its place, if that is still free.</summary>
    public void PutInPlace()
    {
        if (Directory.Exists(place))
        {
            // Not recursive: whatever came meanwhile stays, and this fails.
            Directory.Delete(place);
        }

        Directory.Move(Folder, place);
        isInPlace = true;
    }

    public void Dispose()
    {
        if (!isInPlace)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static string? SigningKey(Git git)
    {
        if (git.Try("config", "gpg.format").Text.Trim() == "ssh" && git.Try("config", "user.signingkey").Text.Trim() is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        return UsualKeys.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
