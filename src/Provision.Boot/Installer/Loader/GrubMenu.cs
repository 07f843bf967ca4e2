using System.Text;
using Provision.Boot.Installer.Local;
using Provision.Inventory;

namespace Provision.Boot.Installer.Loader;

/// <summary>The texts that GRUB reads: a stub on the EFI system partition that finds the root by its UUID, and the menu on the root.</summary>
internal static class GrubMenu
{
    /// <summary>Where the menu is; <c>update-grub</c> writes it anew when a kernel comes.</summary>
    public const string Path = "/boot/grub/grub.cfg";

    /// <summary>
    /// The stub, one text for BIOS and UEFI. GRUB reads it from the disk that it was started from, and it names the one root of this installation:
    /// no other disk's configuration is ever found.
    /// </summary>
    /// <remarks>
    /// What <c>provision reinstall --local</c> wished for is done once: the wish is taken back on the disk before anything is started, and where
    /// it cannot be taken back nothing is. It is on the EFI system partition because GRUB cannot write to an array.
    /// </remarks>
    public static string Stub(string rootUuid) =>
        $$"""
        # Made by provision when the system was installed.
        set esp=$root
        search --no-floppy --fs-uuid --set=root {{rootUuid}}
        if [ -f ($esp){{NextBoot.File}} ]; then
          load_env --file ($esp){{NextBoot.File}} {{NextBoot.Variable}}
          if [ "${{{NextBoot.Variable}}}" = "{{NextBoot.Installer}}" ]; then
            set {{NextBoot.Variable}}=
            if save_env --file ($esp){{NextBoot.File}} {{NextBoot.Variable}}; then
              source ($root){{LocalStart.Script}}
            fi
          fi
        fi
        set prefix=($root)/boot/grub
        configfile $prefix/grub.cfg

        """;

    /// <summary>The menu of a root, the newest kernel first, with the settings of its <c>/etc/default/grub</c>.</summary>
    /// <exception cref="InstallException">There is no kernel.</exception>
    public static string Menu(IMachineFiles root, string rootUuid)
    {
        var kernels = root.List("/boot").Where(name => name.StartsWith("vmlinuz-", StringComparison.Ordinal)).OrderDescending(NaturalOrder.Instance).ToList();
        if (kernels.Count == 0)
        {
            throw new InstallException("the image has no kernel: there is no /boot/vmlinuz-*");
        }

        var settings = Settings(root);
        var menu = new StringBuilder("# Made by provision when the system was installed.\n");
        menu.Append($"set default=0\nset timeout={settings.GetValueOrDefault("GRUB_TIMEOUT", "3")}\n");
        if (settings.TryGetValue("GRUB_SERIAL_COMMAND", out var serial) && settings.TryGetValue("GRUB_TERMINAL", out var terminal))
        {
            menu.Append($"{serial}\nterminal_input {terminal}\nterminal_output {terminal}\n");
        }

        var words = string.Join(' ', new[] { settings.GetValueOrDefault("GRUB_CMDLINE_LINUX", ""),
            settings.GetValueOrDefault("GRUB_CMDLINE_LINUX_DEFAULT", "") }.Where(part => part.Length > 0));
        foreach (var version in kernels.Select(kernel => kernel["vmlinuz-".Length..]))
        {
            menu.Append($"menuentry 'Debian GNU/Linux, {version}' {{\n  search --no-floppy --fs-uuid --set=root {rootUuid}\n  linux /boot/vmlinuz-{version} " +
                $"root=UUID={rootUuid} ro {words}\n");
            menu.Append(root.Stat($"/boot/initrd.img-{version}") is null ? "}\n" : $"  initrd /boot/initrd.img-{version}\n}}\n");
        }

        return menu.ToString();
    }

    /// <summary>Plain assignments of <c>/etc/default/grub</c> and its folder; a later one wins, as for the shell.</summary>
    private static Dictionary<string, string> Settings(IMachineFiles root)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in root.List("/etc/default/grub.d").Where(name => name.EndsWith(".cfg", StringComparison.Ordinal))
            .Select(name => "/etc/default/grub.d/" + name).Prepend("/etc/default/grub"))
        {
            foreach (var line in Encoding.UTF8.GetString(root.Read(path, follow: true)?.Content ?? []).Split('\n'))
            {
                if (line.StartsWith("GRUB_", StringComparison.Ordinal) && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                    && !line.Contains('$', StringComparison.Ordinal) && !line.Contains('`', StringComparison.Ordinal))
                {
                    settings[line[..at]] = line[(at + 1)..].Trim().Trim('"', '\'');
                }
            }
        }

        return settings;
    }
}
