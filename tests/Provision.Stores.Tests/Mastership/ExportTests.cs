using System.Net;
using System.Net.Sockets;
using System.Text;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>Exports reach other machines, and what could not reach them is owed.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly ProcessRunner Runner = new();
    private readonly string folder = Directory.CreateTempSubdirectory("provision-exports-").FullName;
    private readonly List<string> said = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_form_is_read_back_and_the_same_for_the_same()
    {
        var snapshot = Snapshot(7);
        var bytes = MastershipExport.ToBytes(snapshot);
        var back = MastershipExport.Read(bytes, "x", new DiagnosticBag())!.Value;
        Assert.Equal(bytes, MastershipExport.ToBytes(back.Snapshot));
        Assert.Equal(
            """
            {
              "format": 1,
              "serial": 7,
              "stores": [
                {
                  "store": "s1",
                  "master": "b1",
                  "epoch": 2,
                  "mode": "moving",
                  "since": "2026-11-22T12:00:00+00:00",
                  "by": "ann@x"
                }
              ],
              "fenced": [
                {
                  "slot": "a1",
                  "store": "s1",
                  "epoch": 1,
                  "at": "2026-11-22T12:00:00+00:00",
                  "by": "ann@x",
                  "reason": "dead"
                }
              ]
            }

            """,
            Encoding.UTF8.GetString(bytes));
        Assert.Equal((true, TimeSpan.FromSeconds(0.25)),
            MastershipExport.Read(MastershipExport.ToAnswer(snapshot, true, TimeSpan.FromSeconds(0.25)), "x", new DiagnosticBag()) is { } answer
            ? (answer.Live, answer.Age) : default);
    }

    [Theory]
    [InlineData("", "not an export of masters")]
    [InlineData("[]", "not an export of masters")]
    [InlineData("{}", "not an export of masters")]
    [InlineData("null", "no name, no master or no epoch")]
    [InlineData("""{"format":2,"serial":1,"stores":[],"fenced":[]}""", "format 2; this provision knows format 1")]
    [InlineData("""{"format":1,"serial":1,"stores":null,"fenced":[]}""", "no name")]
    [InlineData("""{"format":1,"serial":1,"stores":[{"store":"s","master":"a"}],"fenced":[]}""", "no epoch")]
    [InlineData("""{"format":1,"serial":1,"stores":[{"store":"s","master":"a","epoch":1,"mode":"sideways"}],"fenced":[]}""", "x:1:")]
    [InlineData("""{"format":1,"serial":1,"stores":[{"store":"s","master":"a","epoch":1},{"store":"s","master":"b","epoch":1}],"fenced":[]}""", "twice")]
    public void What_is_no_export_is_told(string text, string expected)
    {
        var problems = new DiagnosticBag();
        Assert.Null(MastershipExport.Read(Encoding.UTF8.GetBytes(text), "x", problems));
        Assert.Contains(expected, Assert.Single(problems.InOrder()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_keeps_the_newest()
    {
        var target = new ExportDestination($"{folder}/to/here", Runner);
        for (var serial = 1; serial <= ExportDestination.Kept + 5; serial++)
        {
            Assert.Null(target.Write(Snapshot(serial)));
        }

        var files = Directory.GetFiles($"{folder}/to/here").Order(StringComparer.Ordinal).ToList();
        Assert.Equal((ExportDestination.Kept, "masters-0000000000000000006.json"), (files.Count, Path.GetFileName(files[0])));
        Assert.Equal(MastershipExport.ToBytes(Snapshot(55)), File.ReadAllBytes(files[^1]));
    }

    [Fact]
    public void Planted_exports_displace_none_of_the_last_fifty()
    {
        var place = Directory.CreateDirectory($"{folder}/planted").FullName;
        foreach (var serial in Enumerable.Range(1, 60).Select(number => 1_000L * number))
        {
            File.WriteAllText($"{place}/{MastershipExport.FileName(serial)}", "{}");
        }

        for (var serial = 60_001; serial <= 60_060; serial++)
        {
            Assert.Null(new ExportDestination(place, Runner).Write(Snapshot(serial)));
            File.WriteAllText($"{place}/{MastershipExport.FileName(serial + 9_000)}", "{}");
        }

        Assert.Null(new ExportDestination(place, Runner).Write(Snapshot(60_061)));
        Assert.All(Enumerable.Range(60_012, 50), serial => Assert.Equal(MastershipExport.ToBytes(Snapshot(serial)),
            File.ReadAllBytes($"{place}/{MastershipExport.FileName(serial)}")));
        Assert.True(File.Exists($"{place}/{MastershipExport.FileName(69_060)}"));
    }

    [Fact]
    public void An_export_is_signed_and_every_change_of_it_is_seen()
    {
        var key = $"{folder}/masters-key";
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)).OrThrow();
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/other")).OrThrow();
        Assert.Null(new ExportDestination($"{folder}/signed", Runner, key).Write(Snapshot(7)));
        var bytes = File.ReadAllBytes($"{folder}/signed/{MastershipExport.FileName(7)}");
        Assert.Equal("site", Check(bytes, key).Signer);
        Assert.NotNull(Check(bytes, $"{folder}/other").Problem);
        Assert.Equal("it has no signature", Check(MastershipExport.ToBytes(Snapshot(7)), key).Problem);
        foreach (var (from, to) in new[] { ("\"master\": \"b1\"", "\"master\": \"a1\""), ("\"serial\": 7", "\"serial\": 8"), ("\"epoch\": 2", "\"epoch\": 3") })
        {
            var text = Encoding.UTF8.GetString(bytes);
            Assert.Contains(from, text, StringComparison.Ordinal);
            Assert.NotNull(Check(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), key).Problem);
        }

        Assert.Contains("ssh-keygen failed", new ExportDestination($"{folder}/signed", Runner, "/etc/hostname").Write(Snapshot(8)), StringComparison.Ordinal);

        SignatureCheck Check(byte[] export, string by) => MastershipExport.Verify(
            export, MastershipExport.Read(export, "x", new DiagnosticBag())!.Value.Snapshot,
            AllowedSigners.Line("site", MastershipExport.SignatureNamespace, string.Join(' ', File.ReadAllText(by + ".pub").Split(' ').Take(2))),
            new SshSignatures(Runner));
    }

    [Fact]
    public void What_a_destination_lacks_is_owed_and_made_up_for()
    {
        File.WriteAllText($"{folder}/blocked", "a file where a folder should be");
        var database = Path.Combine(folder, "masters.sqlite");
        using (var store = Open(database, $"{folder}/blocked/exports", $"{folder}/good"))
        {
            Assert.Null(store.Change(new MastershipChange.Enroll("s1", "a1", "x", At)).Refusal);
            Assert.Null(store.Change(new MastershipChange.Begin("s1", "b1", 1, "x", At)).Refusal);
        }

        Assert.Contains("is owed", Assert.Single(said), StringComparison.Ordinal); // once, not with every change
        Assert.NotEmpty(Directory.GetFiles($"{folder}/good"));
        File.Delete($"{folder}/blocked");
        byte[] expected;
        using (var store = Open(database, $"{folder}/blocked/exports", $"{folder}/good"))
        {
            Assert.NotNull(store.Change(new MastershipChange.Begin("s1", "b1", 1, "x", At)).Refusal); // refused: nothing to export
            Assert.Null(store.Change(new MastershipChange.GiveUp("s1", 1, "x", At)).Refusal);
            expected = MastershipExport.ToBytes(store.Read());
        }

        Assert.Equal(expected, File.ReadAllBytes($"{folder}/blocked/exports/{MastershipExport.FileName(3)}"));
        Assert.Equal(expected, File.ReadAllBytes($"{folder}/good/{MastershipExport.FileName(3)}"));
    }

    [Fact]
    public void Another_machine_is_reached_by_ssh()
    {
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/host")).OrThrow();
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/user")).OrThrow();
        File.Copy($"{folder}/user.pub", $"{folder}/authorized");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Directory.CreateDirectory("/run/sshd");
        File.WriteAllText($"{folder}/sshd.conf",
            $"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nStrictModes no\nPidFile none\nUsePAM no\n");
        File.WriteAllText($"{folder}/ssh",
            $"#!/bin/sh\nexec /usr/bin/ssh -F /dev/null -i {folder}/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \"$@\"\n");
        File.SetUnixFileMode($"{folder}/ssh", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var daemon = RunningCommand.Start(Command.Of("/usr/sbin/sshd", "-D", "-e", "-f", $"{folder}/sshd.conf"));
        var target = new ExportDestination(
            $"ssh://{Environment.UserName}@127.0.0.1:{port}{folder}/far away".Replace(" ", "%20", StringComparison.Ordinal), new WithClient($"{folder}/ssh"));
        for (var until = DateTime.UtcNow.AddMinutes(2); target.Write(Snapshot(1)) is { } why;)
        {
            Assert.True(DateTime.UtcNow < until, why);
            Thread.Sleep(100);
        }

        for (var serial = 2; serial <= 60; serial++)
        {
            File.WriteAllBytes($"{folder}/far away/{MastershipExport.FileName(serial)}", []);
        }

        Assert.Null(target.Write(Snapshot(61)));
        Assert.Equal(MastershipExport.ToBytes(Snapshot(61)), File.ReadAllBytes($"{folder}/far away/{MastershipExport.FileName(61)}"));
        Assert.Equal(ExportDestination.Kept, Directory.GetFiles($"{folder}/far away").Length);
        daemon.Dispose();
        Assert.Contains("ssh", target.Write(Snapshot(62)), StringComparison.Ordinal);
    }

    private ExportingMastershipDatabase Open(string database, params string[] destinations) =>
        new(MastershipDatabases.Open(database, create: true),
            new MastershipExporter([.. destinations.Select(one => new ExportDestination(one, Runner))], said.Add));

    private static MastershipSnapshot Snapshot(long serial) => new(
        serial,
        new Dictionary<string, StoreMastership> { ["s1"] = new("s1", "b1", 2, StoreMode.Moving, null, At, "ann@x") },
        new Dictionary<string, FencedInstance> { ["a1"] = new("a1", "s1", 1, At, "ann@x", "dead") });

    /// <summary>Runs everything with another ssh client: the one that knows the test's key.</summary>
    private sealed class WithClient(string ssh) : ICommandRunner
    {
        public CommandResult Run(Command command, CancellationToken cancellation = default)
        {
            Assert.Equal("ssh", command.Program);
            return Runner.Run(Command.Of(ssh, command.Arguments).WithInput(command.Input!.Value), cancellation);
        }
    }
}
