namespace Provision.Lab;

/// <summary>A machine's network card.</summary>
/// <param name="Mac">Its address.</param>
/// <param name="Tap">The tap that it is connected to.</param>
public sealed record BootCard(string Mac, string Tap)
{
    /// <summary>Whether firmware boots from it, before all disks.</summary>
    public bool Boots { get; init; } = true;

    /// <summary>UEFI's variables, a file of this machine's own (<see cref="Ovmf.Variables"/>); null for a BIOS.</summary>
    public string? Variables { get; init; }
}

/// <summary>UEFI for virtual machines (package ovmf).</summary>
internal static class Ovmf
{
    /// <summary>The firmware, without Secure Boot.</summary>
    public const string Code = "/usr/share/OVMF/OVMF_CODE_4M.fd";

    private const string Template = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    /// <summary>Variables of a machine that was never switched on.</summary>
    public static string Variables(string path)
    {
        File.Copy(Template, path);
        return path;
    }
}
