namespace Provision.Cli.Sessions;

/// <summary>A machine that is reached by ssh as root, whether or not it is in the inventory.</summary>
internal sealed class RemoteMachine
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly ProcessRunner commands = new();

    /// <summary>Creates it from what was typed: <c>root@HOST</c> or <c>HOST</c>.</summary>
    public RemoteMachine(string destination)
    {
        Address = destination.StartsWith("root@", StringComparison.Ordinal) ? destination[5..] : destination;
        if (Address.Length == 0 || Address[0] == '-' || Address.Contains('@', StringComparison.Ordinal) || Address.Any(char.IsWhiteSpace))
        {
            throw new UserErrorException($"\"{destination}\" is not a machine: expected root@HOST");
        }
    }

    /// <summary>Its address or name, as ssh takes it.</summary>
    public string Address { get; }

    /// <summary>Runs a program there and also returns failures; a machine that does not answer ends the command.</summary>
    public CommandResult Try(IReadOnlyList<string> words, ReadOnlyMemory<byte>? input = null)
    {
        try
        {
            return new Ssh(commands).Run(Address, Address, Limit, null, words, input);
        }
        catch (HostUnreachableException e)
        {
            throw new UserErrorException($"{e.Message}; \"ssh root@{Address}\" has to work without a question (ssh-copy-id root@{Address})");
        }
    }

    /// <summary>Runs a script of sh there and returns its output; a failure ends the command.</summary>
    /// <param name="what">What the script does, for the message.</param>
    /// <param name="script">The script; values are its arguments, never part of it.</param>
    /// <param name="values">Its arguments.</param>
    /// <param name="input">Its standard input.</param>
    public string Script(string what, string script, IReadOnlyList<string>? values = null, ReadOnlyMemory<byte>? input = null)
    {
        var result = Try(["sh", "-eu", "-c", script, "sh", .. values ?? []], input);
        return result.Succeeded ? result.Text.Trim() : throw new UserErrorException($"{what} failed on {Address}: {Ssh.Last(result.Error)}");
    }

    /// <summary>Returns the lines of a script's output.</summary>
    public IReadOnlyList<string> Lines(string what, string script) => Script(what, script).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
