using System.Text;

namespace Provision.Core;

/// <summary>Who signed something; or why that is not known.</summary>
/// <param name="Signer">The principal of the allowed signers; null if the signature does not hold.</param>
/// <param name="Problem">Why it does not; null if it does.</param>
public sealed record SignatureCheck(string? Signer, string? Problem)
{
    /// <summary>True if one of the allowed signers signed.</summary>
    public bool Holds => Signer is not null;
}

/// <summary>Signatures of ssh keys, by <c>ssh-keygen -Y</c>.</summary>
/// <param name="commands">Runs ssh-keygen.</param>
public sealed class SshSignatures(ICommandRunner commands)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Signs content.</summary>
    /// <param name="key">File of the private key, or of the public key if the private one is in an agent.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="content">What is signed.</param>
    /// <returns>The armored signature.</returns>
    /// <exception cref="CommandFailedException">The key cannot be used.</exception>
    public string Sign(string key, string space, ReadOnlyMemory<byte> content) =>
        commands.Run(Command.Of("ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", space).WithInput(content).WithTimeout(Limit)).OrThrow().Text;

    /// <summary>Checks whether one of the allowed signers made a signature.</summary>
    /// <param name="allowedSigners">Path of the file that names them.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="content">What was signed.</param>
    /// <param name="signature">The armored signature.</param>
    public SignatureCheck Verify(string allowedSigners, string space, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature)
    {
        var folder = Directory.CreateTempSubdirectory("provision-signature-").FullName;
        try
        {
            var file = Path.Combine(folder, "signature");
            File.WriteAllBytes(file, signature.ToArray());
            var found = commands.Run(Command.Of("ssh-keygen", "-Y", "find-principals", "-s", file, "-f", allowedSigners).WithTimeout(Limit));
            var why = found.Error;
            foreach (var principal in found.Succeeded ? found.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(line => line.Split(',')) : [])
            {
                var result = commands.Run(Command.Of("ssh-keygen", "-Y", "verify", "-f", allowedSigners, "-I", principal, "-n", space, "-s", file)
                    .WithInput(content).WithTimeout(Limit));
                if (result.Succeeded)
                {
                    return new SignatureCheck(principal, null);
                }

                why = result.Error + result.Text;
            }

            var last = why.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "the signature does not hold";
            return new SignatureCheck(null, Printable.Of(last.Trim(), 200));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The same with the allowed signers and the signature as text; a missing signature does not hold.</summary>
    public SignatureCheck VerifyBy(string allowedSigners, string space, ReadOnlyMemory<byte> content, string? signature) => signature is null
        ? new SignatureCheck(null, "it has no signature") : VerifyBy(allowedSigners, space, content, Encoding.UTF8.GetBytes(signature));

    /// <summary>The same with the allowed signers as text.</summary>
    public SignatureCheck VerifyBy(string allowedSigners, string space, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature) =>
        With(allowedSigners, space, file => Verify(file, space, content, signature));

    /// <summary>Runs with a temporary file of those who may sign in one namespace. Of a key with several lines ssh-keygen looks at the first only, whatever
    /// namespace that is for.</summary>
    /// <param name="allowedSigners">The text of a file of allowed signers.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="use">Receives the path of the temporary file.</param>
    public static T With<T>(string allowedSigners, string space, Func<string, T> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        var folder = Directory.CreateTempSubdirectory("provision-signers-").FullName;
        try
        {
            var file = Path.Combine(folder, "allowed_signers");
            File.WriteAllText(file, AllowedSigners.Only(allowedSigners, space), new UTF8Encoding(false));
            return use(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
