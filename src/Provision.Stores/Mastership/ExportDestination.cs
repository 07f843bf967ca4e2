using System.Text;

namespace Provision.Stores.Mastership;

/// <summary>A destination of exports: a directory of this machine, or <c>ssh://user@host/directory</c>. The newest 50 are kept.</summary>
/// <param name="destination">The destination as configured in the inventory.</param>
/// <param name="commands">Runs the ssh client.</param>
public sealed class ExportDestination(string destination, ICommandRunner commands)
{
    /// <summary>The number of exports kept, by their serials.</summary>
    public const int Kept = 50;

    /// <summary>The destination as configured in the inventory.</summary>
    public string Name => destination;

    /// <summary>Writes a snapshot to the destination; it is durable when this returns.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public string? Write(MastershipSnapshot snapshot)
    {
        var (name, content) = (MastershipExport.FileName(snapshot.Serial), MastershipExport.ToBytes(snapshot));
        try
        {
            if (destination.StartsWith("ssh://", StringComparison.Ordinal))
            {
                WriteThere(name, content);
            }
            else if (destination.Split('/')[0].Contains(':', StringComparison.Ordinal))
            {
                throw new FormatException($"\"{destination}\" is neither a directory nor of the form ssh://user@host/directory");
            }
            else
            {
                WriteHere(name, content);
            }

            return null;
        }
        catch (CommandFailedException e)
        {
            // Omit the remote script from the message.
            var said = e.Result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return $"ssh failed with exit code {e.Result.ExitCode}{(said.Length == 0 ? "" : $": {said[^1]}")}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return e.Message;
        }
    }

    private void WriteHere(string name, byte[] content)
    {
        using var files = RootedFiles.Open("/");
        var folder = Path.GetFullPath(destination);
        AtomicFile.Write(files, $"{folder}/{name}", content, FileModes.Private);
        foreach (var old in files.List(folder)
            .Where(file => file.StartsWith("masters-", StringComparison.Ordinal) && file.EndsWith(".json", StringComparison.Ordinal))
            .OrderDescending(StringComparer.Ordinal).Skip(Kept))
        {
            files.Remove($"{folder}/{old}");
        }
    }

    private void WriteThere(string name, byte[] content)
    {
        if (!Uri.TryCreate(destination, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.UserInfo.StartsWith('-') || uri.Host.StartsWith('-')
            || uri.AbsolutePath.Length < 2)
        {
            throw new FormatException("expected ssh://user@host/directory");
        }

        var folder = Shell.Quote(Uri.UnescapeDataString(uri.AbsolutePath).TrimEnd('/'));
        var script = new StringBuilder("set -e; umask 077; ")
            .Append("mkdir -p ").Append(folder).Append("; cd ").Append(folder)
            .Append("; cat > .").Append(name).Append(".new; sync .").Append(name).Append(".new; mv -f .").Append(name).Append(".new ").Append(name)
                .Append("; sync . ; ")
            .Append("ls | grep '^masters-[0-9]*[.]json$' | sort -r | tail -n +").Append(Kept + 1).Append(" | xargs -r rm -f --");
        commands.Run(Ssh.To(uri.UserInfo.Length > 0 ? $"{uri.UserInfo}@{uri.Host}" : uri.Host, uri.Port > 0 ? uri.Port : null, script.ToString())
            .WithInput(content).WithTimeout(TimeSpan.FromSeconds(30))).OrThrow();
    }
}
