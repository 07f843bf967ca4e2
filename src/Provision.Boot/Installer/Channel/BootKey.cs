using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Channel;

/// <summary>The key pair of one boot (X25519, made by age-keygen): what is meant for this installer alone is encrypted to it. The private half never leaves the
/// machine's memory.</summary>
/// <param name="recipient">The public key.</param>
/// <param name="decrypt">Decrypts what was encrypted to it.</param>
public sealed class BootKey(string recipient, Func<ReadOnlyMemory<byte>, byte[]> decrypt)
{
    private const string File = InstallMachine.Work + "/boot-key";

    /// <summary>The public key, an age recipient.</summary>
    public string Recipient => recipient;

    /// <summary>Returns the key of this boot. It is made once, so that a second start of the installer is the same, and another machine is not.</summary>
    /// <exception cref="CommandFailedException">age-keygen failed.</exception>
    public static BootKey OfThisBoot(InstallMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var limit = TimeSpan.FromMinutes(1);
        machine.Files.MakeFolder(InstallMachine.Work, FileModes.PrivateDirectory);
        if (machine.Files.Stat(File) is null)
        {
            machine.Commands.Run(Command.Of("age-keygen", "-o", File).WithTimeout(limit)).OrThrow();
        }

        var recipient = machine.Commands.Run(Command.Of("age-keygen", "-y", File).WithTimeout(limit)).OrThrow().Text.Trim();
        return new BootKey(recipient, encrypted => machine.Commands
            .Run(Command.Of("age", "--decrypt", "--identity", File).WithInput(encrypted).WithTimeout(limit)).OrThrow().Output.ToArray());
    }

    /// <summary>Decrypts what the boot server encrypted to this boot.</summary>
    /// <exception cref="InstallException">It was encrypted to another key.</exception>
    internal byte[] Decrypt(ReadOnlyMemory<byte> encrypted, string what)
    {
        try
        {
            return decrypt(encrypted);
        }
        catch (CommandFailedException)
        {
            throw new InstallException($"{what} cannot be decrypted: it was not encrypted to the key of this boot");
        }
    }
}

/// <summary>What a machine claims a job with.</summary>
/// <param name="DmiUuid">UUID of its firmware, or null.</param>
/// <param name="Macs">Its NICs.</param>
/// <param name="ReturnKeys">The return keys that are on its disks.</param>
public sealed record MachineClaim(string? DmiUuid, IReadOnlyList<MacAddress> Macs, IReadOnlyList<ReturnKey> ReturnKeys);
