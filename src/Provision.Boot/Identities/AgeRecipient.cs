namespace Provision.Boot.Identities;

/// <summary>The X25519 recipient of an installer, as age spells it: <c>age1…</c>, 62 characters.</summary>
internal static class AgeRecipient
{
    private const int Length = 62;

    /// <summary>True if a text is one; everything else that age would take as a recipient, or as an option, is not.</summary>
    public static bool Is(string text) => text.Length == Length && text.StartsWith("age1", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c));

    /// <summary>Encrypts content to a recipient; null and the reason if that fails.</summary>
    public static (byte[]? Encrypted, string? Problem) Encrypt(string recipient, ReadOnlyMemory<byte> content, ICommandRunner commands)
    {
        var result = commands.Run(Command.Of("age", "--encrypt", "--recipient", recipient).WithInput(content).WithTimeout(TimeSpan.FromSeconds(20)));
        return result.Succeeded ? (result.Output.ToArray(), null)
            : (null, $"age: {(result.ExitCode == 127 ? "it is not installed" : result.Error.Split('\n')[0])}");
    }
}
