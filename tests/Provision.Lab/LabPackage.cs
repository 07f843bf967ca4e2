using System.Security.Cryptography;

namespace Provision.Lab;

/// <summary>
/// A Debian package of a daemon, in a repository that is a folder. As Debian's packages do, it starts its service at once,
/// with a configuration of its own; the daemon writes down what it was started with.
/// </summary>
internal static class LabPackage
{
    private const string Control = "Package: labdaemon\nVersion: 1.0\nArchitecture: all\nMaintainer: Lab <lab@mail.example>\nDescription: a daemon\n";

    /// <summary>Makes the package and its repository.</summary>
    public static void Make(string folder)
    {
        var tree = Path.Combine(folder, "tree");
        Write("DEBIAN/control", Control, 0x1A4);
        Write("DEBIAN/postinst", "#!/bin/sh\nset -e\ndeb-systemd-helper enable labdaemon.service\nsystemctl daemon-reload\ndeb-systemd-invoke start labdaemon.service\n", 0x1ED);
        Write("etc/labdaemon.conf", "the package's\n", 0x1A4);
        Write("DEBIAN/conffiles", "/etc/labdaemon.conf\n", 0x1A4);
        Write("usr/lib/systemd/system/labdaemon.service", "[Service]\nExecStart=/bin/sh -c 'echo started with $(cat /etc/labdaemon.conf) >> /run/labdaemon.log; exec sleep infinity'\n\n[Install]\nWantedBy=multi-user.target\n", 0x1A4);
        var package = Path.Combine(folder, "labdaemon.deb");
        new ProcessRunner().Run(Command.Of("dpkg-deb", "--root-owner-group", "--build", tree, package)).OrThrow();
        File.WriteAllText(Path.Combine(folder, "Packages"), $"{Control}Filename: ./labdaemon.deb\nSize: {new FileInfo(package).Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(package)))}\n");

        void Write(string path, string text, int mode)
        {
            var full = Path.Combine(tree, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
            File.SetUnixFileMode(full, (UnixFileMode)mode);
        }
    }
}
