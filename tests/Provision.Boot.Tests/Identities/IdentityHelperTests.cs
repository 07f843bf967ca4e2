using System.Net.Sockets;
using System.Text;
using Provision.Boot.Arm;
using Provision.Boot.Identities;
using Provision.Boot.Jobs;
using Provision.Configuration.Secrets;

namespace Provision.Boot.Tests;

/// <summary>The identity helper has the key that the boot server lacks. It is asked here as a boot server that somebody has taken over would ask it.</summary>
public sealed class IdentityHelperTests : IDisposable
{
    private static readonly byte[] Archive = Encoding.ASCII.GetBytes("the keys of imap33");

    private readonly string folder = Directory.CreateTempSubdirectory("provision-identity-").FullName;
    private readonly ProcessRunner runner = new();
    private readonly BootSite.ManualClock clock = new();
    private readonly RootedFiles files;
    private readonly List<string> log = [];
    private readonly string recipient;

    public IdentityHelperTests()
    {
        files = RootedFiles.Open(Directory.CreateDirectory(Path.Combine(folder, "root")).FullName);
        foreach (var key in (string[])["site", "stranger"])
        {
            runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Path.Combine(folder, key))).OrThrow();
        }

        files.MakeFolder("/etc/provision");
        files.WriteNew(AllowedSigners.DefaultFile, Encoding.UTF8.GetBytes(AllowedSigners.Line("site", OrderDocument.SignatureNamespace, string.Join(' ',
            File.ReadAllText(Path.Combine(folder, "site.pub")).Split(' ')[..2]))), FileModes.Public);
        var own = Keygen("server");
        recipient = Keygen("installer");
        Directory.CreateDirectory(Path.Combine(folder, "hosts/secrets"));
        foreach (var host in (string[])["imap33", "imap34"])
        {
            runner.Run(Command.Of("age", "-r", own, "-o", Path.Combine(folder, $"hosts/secrets/identity-{host}.age")).WithInput(Archive)).OrThrow();
        }
    }

    public void Dispose()
    {
        files.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_identity_of_an_armed_host_goes_to_its_installer_encrypted_and_noted()
    {
        var (encrypted, problem) = Ask(Signed("site"));
        Assert.Null(problem);
        Assert.Equal(Archive, Open(encrypted!, "installer"));
        Assert.Contains(log, line => line.StartsWith($"the identity of imap33 goes to {recipient}", StringComparison.Ordinal));
        Assert.DoesNotContain("keys of", Encoding.ASCII.GetString(encrypted!), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Attacks => new()
    {
        { "unsigned", "not signed" }, { "stranger", "not signed" }, { "other-host", "not signed" }, { "expired", "expired" },
        { "new-identity", "for a new identity" }, { "recipient-option", "age recipient" }, { "recipient-file", "age recipient" },
        { "ssh-recipient", "age recipient" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Anything_else_is_refused_and_says_nothing_of_the_key(string how, string says)
    {
        var order = how switch
        {
            "unsigned" => Armed().Unsigned(),
            "stranger" => Signed("stranger"),
            "other-host" => Signed("site") is var good ? good with { Document = good.Document.Replace("imap33", "imap34", StringComparison.Ordinal) } : null!,
            "new-identity" => Signed("site", Armed() with { NewIdentity = true }),
            _ => Signed("site"),
        };
        if (how == "expired")
        {
            clock.Move(TimeSpan.FromDays(2));
        }

        var (encrypted, problem) = Ask(order, how switch
        {
            "recipient-option" => "--output=/tmp/x",
            "recipient-file" => Path.Combine(folder, "site.pub"),
            "ssh-recipient" => File.ReadAllText(Path.Combine(folder, "stranger.pub")).Trim(),
            _ => recipient,
        });
        Assert.Null(encrypted);
        Assert.Contains(says, problem, StringComparison.Ordinal);
        Assert.Contains(log, line => line.StartsWith("refused: ", StringComparison.Ordinal));
        Assert.DoesNotContain("AGE-SECRET-KEY", string.Concat(log) + problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"order\":null,\"recipient\":\"age1\"}")]
    [InlineData("garbage")]
    public void Garbage_is_refused(string question)
    {
        using var answer = new MemoryStream();
        Assert.False(Helper().Serve(new MemoryStream(Encoding.UTF8.GetBytes(question)), answer));
        Assert.False(Helper().Serve(new MemoryStream(new byte[2 << 20]), answer));
        Assert.DoesNotContain("ok\n", Encoding.UTF8.GetString(answer.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void One_order_serves_a_few_installers_and_the_same_one_again_but_not_any_number()
    {
        var order = Signed("site");
        for (var i = 0; i < IdentityHelper.MostRecipients; i++)
        {
            var other = Keygen($"boot{i}");
            Assert.Null(Ask(order, other).Problem);
            Assert.Null(Ask(order, other).Problem);
        }

        Assert.Contains("was handed out 16 times", Ask(order).Problem, StringComparison.Ordinal);
        Assert.Null(Ask(Signed("site", Armed() with { Number = 2_000_000_000 })).Problem);
    }

    /// <summary>A boot server that cannot read the key gets an installer its identity through the socket, and nothing where no helper listens.</summary>
    [Fact]
    public async Task The_boot_server_asks_the_helper_at_its_socket()
    {
        var path = Path.Combine(folder, "socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var served = Task.Run(async () =>
        {
            await using var stream = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true);
            return Helper().Serve(stream, stream);
        });
        var job = Sample.Armed() with { Signed = Signed("site"), Recipient = recipient };
        var (encrypted, problem) = new IdentitySocket(path).EncryptFor(job);
        Assert.True(await served, problem);
        Assert.Equal(Archive, Open(encrypted!, "installer"));

        listener.Dispose();
        Assert.Contains("cannot be asked", new IdentitySocket(path).EncryptFor(job).Problem, StringComparison.Ordinal);
        Assert.False(new IdentitySocket(path + "2").Exists);
    }

    private (byte[]? Encrypted, string? Problem) Ask(SignedOrder order, string? to = null)
    {
        using var answer = new MemoryStream();
        Helper().Serve(new MemoryStream(new IdentityRequest(order, to ?? recipient).ToBytes()), answer);
        var (encrypted, problem) = IdentityRequest.ParseAnswer(answer.ToArray());
        return (encrypted, problem);
    }

    private IdentityHelper Helper() => new(
        new SecretStore(folder, Path.Combine(folder, "server.key"), runner), files, Path.Combine(folder, "ledger"), runner, log.Add, clock);

    private static OrderDocument Armed() => OrderDocument.Parse(Sample.Armed().Signed!.Document);

    private SignedOrder Signed(string key, OrderDocument? order = null) =>
        new OrderSigner(Path.Combine(folder, key), runner).Sign((order ?? Armed()).Unsigned());

    private byte[] Open(byte[] encrypted, string key) =>
        runner.Run(Command.Of("age", "--decrypt", "--identity", Path.Combine(folder, key + ".key")).WithInput(encrypted)).OrThrow().Output.ToArray();

    private string Keygen(string name)
    {
        var file = Path.Combine(folder, name + ".key");
        runner.Run(Command.Of("age-keygen", "-o", file)).OrThrow();
        return runner.Run(Command.Of("age-keygen", "-y", file)).OrThrow().Text.Trim();
    }
}
