using System.Buffers.Binary;
using Provision.Configuration.Differences;

namespace Provision.Configuration.Tests;

/// <summary>What a replaced file had besides content, mode and owner, and paths that another user could have bent.</summary>
public sealed class AttributeTests : IDisposable
{
    private readonly SmallFleet fleet = new();
    private readonly ProcessRunner commands = new();

    public void Dispose() => fleet.Dispose();

    [Fact]
    public void Attributes_of_users_stay_with_a_file_that_is_replaced()
    {
        fleet.Install();
        Set("user.owner", "mail team"u8);
        Assert.Empty(fleet.Diff().Files);
        fleet.Role("workers: 8, names: []");
        fleet.Install();
        Assert.Equal("listen 192.0.2.11\nworkers 8\n", fleet.Read("/etc/web.conf"));
        Assert.Equal("mail team"u8, Get("user.owner").AsSpan());
        fleet.Rollback();
        Assert.Equal("mail team"u8, Get("user.owner").AsSpan());
    }

    [Fact]
    public void An_access_list_that_lets_others_in_is_drift_is_removed_and_comes_back_with_a_rollback()
    {
        fleet.Template("etc/web.conf", "mode: \"0640\"", "text\n");
        fleet.Install();
        var list = AccessList();
        Set("system.posix_acl_access", list);
        var only = fleet.Only();
        Assert.Equal(Verdict.Drift, only.Verdict);
        Assert.Equal(["access list user:1001:r-- mask::r--, should be none"], only.Reasons);
        fleet.Install();
        Assert.Null(Get("system.posix_acl_access"));
        Assert.Equal(0, fleet.Diff().ExitCode);
        fleet.Rollback(1);
        Assert.Null(Get("system.posix_acl_access"));

        // What was there before provision is restored whole.
        fleet.OnMachine("/etc/other.conf", "theirs\n");
        Set("system.posix_acl_access", list, "/etc/other.conf");
        fleet.Template("etc/other.conf", "mode: \"0644\"", "ours\n");
        fleet.Install();
        Assert.Null(Get("system.posix_acl_access", "/etc/other.conf"));
        fleet.Rollback();
        Assert.Equal("theirs\n", fleet.Read("/etc/other.conf"));
        Assert.Equal(list, Get("system.posix_acl_access", "/etc/other.conf"));
    }

    [Fact]
    public void Capabilities_of_a_file_are_shown_as_a_difference()
    {
        fleet.Install();
        commands.Run(Command.Of("setcap", "cap_net_raw+ep", fleet.RootFolder + "/etc/web.conf")).OrThrow();
        Assert.StartsWith("capabilities 0100", Assert.Single(fleet.Only().Reasons), StringComparison.Ordinal);
        fleet.Install();
        Assert.Equal(0, fleet.Diff().ExitCode);
    }

    [Fact]
    public void A_link_that_another_user_may_have_made_leads_no_file_anywhere()
    {
        fleet.OnMachine("/etc/shadow.d/web.conf", "untouched\n");
        fleet.Template("home/ada/conf/web.conf", "allow: home", "text\n");
        fleet.Install();
        var home = fleet.RootFolder + "/home/ada";
        Directory.Delete(home + "/conf", recursive: true);
        Directory.CreateSymbolicLink(home + "/conf", "/etc/shadow.d");
        commands.Run(Command.Of("chown", "-h", "1001", home, home + "/conf")).OrThrow();

        var plan = fleet.Diff();
        Assert.Equal(2, plan.ExitCode);
        Assert.Contains(
            $"{fleet.RootFolder}/home/ada/conf/web.conf leads through {fleet.RootFolder}/home/ada/conf, a link that another user than root may have made",
            plan.Problems[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(2, fleet.Install().ExitCode);
        Assert.Equal("untouched\n", fleet.Read("/etc/shadow.d/web.conf"));

        // The same link, made by root in root's directory, is what every merged /usr has.
        commands.Run(Command.Of("chown", "-h", "0", home, home + "/conf")).OrThrow();
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.Equal("text\n", fleet.Read("/etc/shadow.d/web.conf"));
    }

    /// <summary>An access list (posix_acl_xattr.h): owner rw-, user 1001 r--, group r--, mask r--, others nothing.</summary>
    private static byte[] AccessList()
    {
        (ushort Tag, ushort Allowed, uint Id)[] entries = [(1, 6, uint.MaxValue), (2, 4, 1001), (4, 4, uint.MaxValue), (16, 4, uint.MaxValue), (
            32, 0, uint.MaxValue)];
        var list = new byte[4 + (entries.Length * 8)];
        list[0] = 2;
        foreach (var (index, (tag, allowed, id)) in entries.Index())
        {
            BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(4 + (index * 8)), tag);
            BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(6 + (index * 8)), allowed);
            BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(8 + (index * 8)), id);
        }

        return list;
    }

    private void Set(string name, ReadOnlySpan<byte> value, string path = "/etc/web.conf") => commands.Run(Command.Of(
        "python3", "-c", "import os,sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))",
        fleet.RootFolder + path, name, Convert.ToHexString(value))).OrThrow();

    private byte[]? Get(string name, string path = "/etc/web.conf") => fleet.Files.Read(path)!.Attributes.GetValueOrDefault(name);
}
