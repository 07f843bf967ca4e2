using System.Text;

namespace Provision.Stores.Mastership;

/// <summary>
/// A destination of exports: a directory of this machine, or <c>ssh://user@host/directory</c>. The newest 50 are kept. A planted file
/// never displaces one of the last 50 exports: those of a higher serial than the one being written are neither counted nor removed, and of the last 50
/// serials none is removed.
/// </summary>
/// <param name="destination">The destination as configured in the inventory.</param>
/// <param name="commands">Runs ssh and ssh-keygen.</param>
/// <param name="key">Private key that exports are signed with; they are not signed if it does not exist.</param>
public sealed class ExportDestination(string destination, ICommandRunner commands, string key = MastershipExport.DefaultKey)
{
    /// <summary>The number of exports kept, by their serials.</summary>
    public const int Kept = 50;

    /// <summary>The destination as configured in the inventory.</summary>
    public string Name => destination;

    /// <summary>Writes a snapshot to the destination; it is durable when this returns.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public string? Write(MastershipSnapshot snapshot)
    {
        try
        {
            var content = File.Exists(key) ? MastershipExport.ToSignedBytes(snapshot, key, new SshSignatures(commands)) : MastershipExport.ToBytes(snapshot);
            if (destination.StartsWith("ssh://", StringComparison.Ordinal))
            {
                WriteThere(snapshot.Serial, content);
            }
            else if (destination.Split('/')[0].Contains(':', StringComparison.Ordinal))
            {
                throw new FormatException($"\"{destination}\" is neither a directory nor of the form ssh://user@host/directory");
            }
            else
            {
                WriteHere(snapshot.Serial, content);
            }

            return null;
        }
        catch (CommandFailedException e)
        {
            // Omit the remote script from the message.
            var said = e.Result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return $"{e.Result.Command.Program} failed with exit code {e.Result.ExitCode}{(said.Length == 0 ? "" : $": {said[^1]}")}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return e.Message;
        }
    }

    private void WriteHere(long serial, byte[] content)
    {
        using var files = RootedFiles.Open("/");
        var folder = Path.GetFullPath(destination);
        var (name, oldest) = (MastershipExport.FileName(serial), MastershipExport.FileName(Math.Max(serial - Kept, 0)));
        AtomicFile.Write(files, $"{folder}/{name}", content, FileModes.Private);
        foreach (var old in files.List(folder)
            .Where(file => file.Length == name.Length && file.StartsWith("masters-", StringComparison.Ordinal)
                && file.EndsWith(".json", StringComparison.Ordinal) && string.CompareOrdinal(file, name) <= 0)
            .OrderDescending(StringComparer.Ordinal).Skip(Kept).Where(file => string.CompareOrdinal(file, oldest) <= 0))
        {
            files.Remove($"{folder}/{old}");
        }
    }

    private void WriteThere(long serial, byte[] content)
    {
        if (!Uri.TryCreate(destination, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.UserInfo.StartsWith('-') || uri.Host.StartsWith('-')
            || uri.AbsolutePath.Length < 2)
        {
            throw new FormatException("expected ssh://user@host/directory");
        }

        var (name, oldest) = (MastershipExport.FileName(serial), MastershipExport.FileName(Math.Max(serial - Kept, 0)));
        var folder = Shell.Quote(Uri.UnescapeDataString(uri.AbsolutePath).TrimEnd('/'));
        var script = new StringBuilder("set -e; umask 077; ")
            .Append("mkdir -p ").Append(folder).Append("; cd ").Append(folder)
            .Append("; cat > .").Append(name).Append(".new; sync .").Append(name).Append(".new; mv -f .").Append(name).Append(".new ").Append(name)
                .Append("; sync . ; ")
            .Append("ls | grep '^masters-[0-9]\\{19\\}[.]json$' | awk '$0 <= \"").Append(name).Append("\"' | sort -r | tail -n +").Append(Kept + 1)
                .Append(" | awk '$0 <= \"").Append(oldest).Append("\"' | xargs -r rm -f --");
        commands.Run(Ssh.To(uri.UserInfo.Length > 0 ? $"{uri.UserInfo}@{uri.Host}" : uri.Host, uri.Port > 0 ? uri.Port : null, script.ToString())
            .WithInput(content).WithTimeout(TimeSpan.FromSeconds(30))).OrThrow();
    }
}
