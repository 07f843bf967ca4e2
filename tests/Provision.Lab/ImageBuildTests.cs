using System.Diagnostics;
using System.Text.Json;
using Provision.Boot.Jobs;

namespace Provision.Lab;

/// <summary>The real images of the sample fleet, by the published program: built, not built again, built without a mirror, and their packages used
/// by apt.</summary>
[Trait("Tier", "machine")]
public sealed class ImageBuildTests : IDisposable
{
    private const string Image = "os-web";
    private readonly LabFolder folder = new();
    private readonly ProcessRunner commands = new();
    private readonly string repository;
    private readonly string store;
    private readonly string key;

    public ImageBuildTests()
    {
        repository = folder.Folder("repository");
        store = folder.Folder("store");
        key = Path.Combine(folder.Path, "key");
        foreach (var part in (string[])["hosts", "roles", "templates"])
        {
            commands.Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, part), repository)).OrThrow();
        }

        commands.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", key)).OrThrow();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Images_are_built_once_and_again_without_a_mirror()
    {
        var package = Package("0.1.0");
        var (first, _) = Build(package, "installer", Image);
        Assert.All(first, image => Assert.True(image.GetProperty("built").GetBoolean() && !image.GetProperty("from_kept_packages").GetBoolean()));
        var (installer, system) = (Folder(first[0]), Folder(first[1]));
        Assert.True(first[0].GetProperty("bytes").GetInt64() <= 60_000_000, $"the installer has {first[0].GetProperty("bytes")} bytes");
        HoldsWhatTheInstallerNeeds(installer);
        HoldsWhatTheImageNeeds(system);

        var since = Stopwatch.StartNew();
        var (second, _) = Build(package, "installer", Image);
        Assert.All(second, image => Assert.False(image.GetProperty("built").GetBoolean()));
        Assert.True(since.Elapsed < TimeSpan.FromMinutes(2), $"a build of nothing took {since.Elapsed}");
        Assert.Equal(first.Select(Digest), second.Select(Digest));

        // The mirror is cut, and there is a new version of provision: everything else is as it was kept.
        File.WriteAllText(Path.Combine(repository, "hosts/fleet.yaml"), File.ReadAllText(Path.Combine(repository, "hosts/fleet.yaml"))
            .Replace("    description: New York\n", "    description: New York\n    netboot: { mirror: [\"deb http://127.0.0.1:1/debian trixie main\"] }\n",
                StringComparison.Ordinal));
        var (third, said) = Build(Package("0.1.1"), Image);
        Assert.Contains("the mirror does not answer", said, StringComparison.Ordinal);
        Assert.True(third[0].GetProperty("built").GetBoolean() && third[0].GetProperty("from_kept_packages").GetBoolean());
        Assert.NotEqual(Digest(first[1]), Digest(third[0]));
        Assert.Equal(Packages(Digest(first[1])), Packages(Digest(third[0])));
        Assert.Equal(Installed(system, "before"), Installed(Folder(third[0]), "after"));
        Assert.Equal(Digest(third[0]), File.ReadAllText(Path.Combine(store, "current", Image)).Trim());

        AptInstallsFromKeptPackages(Digest(third[0]));
    }

    private static string Digest(JsonElement image) => image.GetProperty("digest").GetString()!;

    private string Folder(JsonElement image) => Path.Combine(store, image.GetProperty("image").GetString()!, Digest(image));

    private (IReadOnlyList<JsonElement> Images, string Said) Build(string package, params string[] names)
    {
        var result = commands.Run(Command
            .Of(ProvisionBinary.Path, ["netboot", "build", .. names, "--repo", repository, "--site", "nyi", "--store", store, "--key", key, "--package",
                package, "--state", folder.Folder("state"), "-o", "json"])
            .WithEnvironment("TMPDIR", folder.Folder("tmp")).WithTimeout(TimeSpan.FromHours(1))).OrThrow();
        using var document = JsonDocument.Parse(result.Output);
        return ([.. document.RootElement.Clone().EnumerateArray()], result.Error);
    }

    /// <summary>A package of the published program, as small as it can be: `make deb` makes the whole one.</summary>
    private string Package(string version)
    {
        var tree = folder.Folder("provision-" + version);
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(tree, "usr/bin"));
        File.Copy(ProvisionBinary.Path, Path.Combine(tree, "usr/bin/provision"));
        File.WriteAllText(Path.Combine(tree, "DEBIAN/control"), $"Package: provision\nVersion: {version}\nArchitecture: amd64\nMaintainer: Lab <lab@mail.example>\nDepends: libc6, libgcc-s1, libssl3t64, libstdc++6, libzstd1, zlib1g\nDescription: the program\n");
        var file = Path.Combine(folder.Path, $"provision-{version}.deb");
        commands.Run(Command.Of("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, file)).OrThrow();
        return file;
    }

    private void HoldsWhatTheInstallerNeeds(string image)
    {
        var tree = folder.Folder("initrd");
        commands.Run(Command.Of("sh", "-c", "zstd -dc \"$1/initrd.zst\" | cpio --quiet -id", "sh",
            image).In(tree).WithTimeout(TimeSpan.FromMinutes(5))).OrThrow();
        string[] programs =
        [
            "provision", "udevadm", "blockdev", "dd", "wipefs", "blkid", "sfdisk", "lsblk", "mount", "umount", "mdadm", "cryptsetup", "mkfs.ext4", "mkfs.vfat",
                "tar", "zstd", "ssh-keygen",
            "git", "age", "cp", "chroot", "unshare", "nsenter", "reboot", "sshd", "modprobe", "udhcpc", "wget", "ip", "awk",
        ];
        var missing = commands.Run(Command.Of("chroot", [tree, "sh", "-c", "for each; do command -v $each > /dev/null || echo $each; done", "sh",
            .. programs])).OrThrow().Text;
        Assert.Equal("", missing);
        foreach (var never in (string[])["hdparm", "sg_raw", "nvme", "smartctl", "cli64", "storcli64", "blkdiscard", "lvm", "zpool"])
        {
            Assert.False(File.Exists(Path.Combine(tree, "usr/bin", never)) || File.Exists(Path.Combine(tree, "usr/sbin", never)),
                $"{never} goes past the block layer, or assembles");
        }

        Assert.Equal(ProvisionBinary.Run("installer", "rules").Text, File.ReadAllText(Path.Combine(tree, "etc/udev/rules.d/60-provision-guard.rules")));
        Assert.Empty(Directory.GetFiles(Path.Combine(tree, "usr/lib/udev/rules.d")).Select(Path.GetFileName).Intersect(
            Boot.Installer.Protect.GuardRules.UdevFilesToLeaveOut));
        Assert.True(File.Exists(Path.Combine(tree, "usr/lib/udev/rules.d/63-md-raid-arrays.rules")), "mdadm waits five seconds for the name of an array");
        Assert.Equal("AUTO -all\n", File.ReadAllText(Path.Combine(tree, "etc/mdadm/mdadm.conf")));
        Assert.Contains(File.ReadAllText(key + ".pub").Split(' ')[1], File.ReadAllText(Path.Combine(tree, "etc/provision/allowed_signers")),
            StringComparison.Ordinal);
        var modules = Directory.GetFiles(Path.Combine(tree, "usr/lib/modules"), "*.ko",
            SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], ((string[])["ahci", "nvme", "megaraid_sas", "mpt3sas", "arcmsr", "mptsas", "virtio_net", "virtio_scsi", "e1000", "igb", "ixgbe",
            "tg3", "bnx2", "bnxt_en", "raid1", "md-mod", "vfat", "ext4", "sd_mod", "nls_ascii"])
            .Except(modules));
    }

    private void HoldsWhatTheImageNeeds(string image)
    {
        var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(image, "manifest.json")), JobsJson.Default.ImageManifest)!;
        Assert.Equal(Image, manifest.Name);
        var names = commands.Run(Command.Of("tar", "--list", "--zstd", "--file=" + Path.Combine(image, "root.tar.zst"))).OrThrow().Text.Split('\n').ToHashSet(
            StringComparer.Ordinal);
        string[] needed = ["./usr/lib/grub/i386-pc/boot.img", "." + Boot.Installer.Loader.BootLoader.CoreImage, "./usr/lib/shim/shimx64.efi.signed",
            "./usr/lib/shim/mmx64.efi.signed", "./usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "./usr/bin/provision", "./usr/sbin/nginx",
            "./etc/provision/allowed_signers"];
        Assert.Equal([], needed.Except(names));
        var kernel = Assert.Single(names, name => name.StartsWith("./boot/vmlinuz-", StringComparison.Ordinal));
        Assert.Contains("./boot/initrd.img-" + kernel["./boot/vmlinuz-".Length..], names);
        Assert.DoesNotContain(names, name => name is "./etc/hostid" or "./etc/hostname" or "./usr/sbin/policy-rc.d"
            || name.StartsWith("./etc/ssh/ssh_host_", StringComparison.Ordinal));
    }

    /// <summary>Names and versions of an image's packages, without provision itself.</summary>
    private List<string> Packages(string digest) =>
        [.. Directory.GetFiles(Path.Combine(store, "packages", digest), "*.deb").Select(file => Path.GetFileName(file)).Where(file =>
            !file.StartsWith("provision_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private List<string> Installed(string image, string name)
    {
        var root = folder.Folder(name);
        commands.Run(Command.Of("tar", "--extract", "--zstd", "--file=" + Path.Combine(image, "root.tar.zst"), "--directory=" + root,
            "./var/lib/dpkg/status")).OrThrow();
        return [.. commands.Run(Command.Of("dpkg-query", "--admindir=" + Path.Combine(root, "var/lib/dpkg"), "-W", "-f",
            "${Package} ${Version} ${Status}\n")).OrThrow().Text.Split('\n').Where(line => !line.StartsWith("provision ", StringComparison.Ordinal))];
    }

    /// <summary>apt of the very image takes a package from the repository, and does not once it was changed.</summary>
    private void AptInstallsFromKeptPackages(string digest)
    {
        var root = folder.Folder("root");
        commands.Run(Command.Of("tar", "--extract", "--zstd", "--file=" + Path.Combine(store, Image, digest, "root.tar.zst"),
            "--directory=" + root).WithTimeout(TimeSpan.FromMinutes(10))).OrThrow();
        var packages = Path.Combine(root, "mnt/packages");
        commands.Run(Command.Of("cp", "-r", Path.Combine(store, "packages", digest), packages)).OrThrow();
        File.WriteAllText(Path.Combine(root, "etc/apt/sources.list.d/kept.list"),
            "deb [signed-by=/usr/share/keyrings/provision-packages.asc] copy:/mnt/packages ./\n");
        Chroot("apt-get", "update", "-q").OrThrow();
        Chroot("dpkg", "--remove", "--force-depends", "less").OrThrow();
        Chroot("apt-get", "install", "-y", "-q", "less").OrThrow();
        Assert.Contains("install ok installed", Chroot("dpkg-query", "-W", "-f", "${Status}", "less").Text, StringComparison.Ordinal);
        File.AppendAllText(Path.Combine(packages, "Packages"), "\n");
        Directory.Delete(Path.Combine(root, "var/lib/apt/lists"), recursive: true);
        Assert.False(Chroot("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any").Succeeded);

        CommandResult Chroot(params string[] arguments) =>
            commands.Run(Command.Of("unshare", ["--mount", "--", "sh", "-c", "mount -t tmpfs none \"$1/dev\" && mknod -m 666 \"$1/dev/null\" c 1 3 && mount -t proc none \"$1/proc\" && root=$1 && shift && exec chroot \"$root\" \"$@\"", "sh", root, .. arguments])
                .WithEnvironment("DEBIAN_FRONTEND", "noninteractive").WithTimeout(TimeSpan.FromMinutes(10)));
    }
}
