using Provision.Boot.Arm;
using Provision.Boot.Installer;
using Provision.Boot.Jobs;
using Provision.Storage;

namespace Provision.Boot.Tests;

/// <summary>An order counts only as it was signed, by someone who may sign orders, and only until a newer one was carried out.</summary>
public sealed class OrderCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-order-").FullName;
    private readonly ProcessRunner runner = new();
    private readonly RootedFiles files;
    private readonly List<string> said = [];

    public OrderCheckTests()
    {
        files = RootedFiles.Open(Directory.CreateDirectory(Path.Combine(folder, "root")).FullName);
        foreach (var key in (string[])["site", "stranger"])
        {
            runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Key(key))).OrThrow();
        }
    }

    public void Dispose()
    {
        files.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_signed_order_is_accepted_and_its_signer_is_named()
    {
        Allow(AllowedSigners.Line("alice@example.org", OrderDocument.SignatureNamespace, Public("site")));
        Assert.Equal("imap33", Check(Signed("site")).Host);
        Assert.Equal("the order is signed by alice@example.org", Assert.Single(said));
    }

    [Fact]
    public void A_machine_without_signers_accepts_an_unsigned_order_and_says_so()
    {
        Assert.Equal("imap33", Check(Sample.Armed().Signed!).Host);
        Assert.Contains("the order is not verified", Assert.Single(said), StringComparison.Ordinal);
    }

    public static TheoryData<string> Tampered => ["unsigned", "stranger", "other-namespace", "kernel-words", "commit", "engineers", "whitespace", "signature"];

    [Theory]
    [MemberData(nameof(Tampered))]
    public void Anything_else_is_refused_before_it_is_used(string how)
    {
        Allow(AllowedSigners.Line("site", OrderDocument.SignatureNamespace, Public("site"))
            + AllowedSigners.Line("stranger", ImageManifestNamespace, Public("stranger")));
        var good = Signed("site");
        Check(good);
        var text = good.Document;
        var bad = how switch
        {
            "unsigned" => good with { Signature = null },
            "stranger" => Signed("stranger"),
            "other-namespace" => good with { Signature = new SshSignatures(runner).Sign(Key("site"), ImageManifestNamespace, Bytes(text)) },
            "kernel-words" => good with { Document = text.Replace("\"kernelWords\":[]", "\"kernelWords\":[\"init=/bin/sh\"]", StringComparison.Ordinal) },
            "commit" => good with { Document = text.Replace(new string('c', 40), new string('b', 40), StringComparison.Ordinal) },
            "engineers" => good with { Document = text.Replace("\"engineers\":[]", "\"engineers\":[\"ssh-ed25519 AAAA\"]", StringComparison.Ordinal) },
            "whitespace" => good with { Document = text + " " },
            _ => good with { Signature = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n" },
        };
        Assert.NotEqual(good, bad);
        Assert.StartsWith("the order is not signed by a key in", Assert.Throws<InstallException>(() => Check(bad)).Message, StringComparison.Ordinal);

        // Without the check it is carried out.
        Assert.Equal("imap33", OrderCheck.Verified(Machine.Files, Machine.Commands, bad, said.Add, verify: false).Host);
    }

    [Theory]
    [InlineData("site ssh-ed25519 AAAA", true)]
    [InlineData("site namespaces=\"git,provision-order\" ssh-ed25519 AAAA", true)]
    [InlineData("site namespaces=\"prov*\" ssh-ed25519 AAAA", true)]
    [InlineData("site namespaces=\"provision-image\" ssh-ed25519 AAAA", false)]
    [InlineData("# site namespaces=\"provision-order\" ssh-ed25519 AAAA", false)]
    [InlineData("", false)]
    public void Signers_of_orders_are_found_in_every_spelling(string line, bool found) =>
        Assert.Equal(found, AllowedSigners.Has("images namespaces=\"provision-image\" ssh-ed25519 BBBB\n" + line + "\n", OrderDocument.SignatureNamespace));

    [Fact]
    public void An_order_that_is_older_than_one_that_was_seen_is_refused()
    {
        var order = OrderDocument.Parse(Sample.Armed().Signed!.Document);
        OrderCheck.Fresh(order, order.Number);
        Assert.Contains("it is an old one", Assert.Throws<InstallException>(() => OrderCheck.Fresh(order, order.Number + 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>The number rises even if the boot server lost its jobs, and if its clock went back.</summary>
    [Fact]
    public void Numbers_of_orders_never_fall()
    {
        var first = OrderDocument.NumberAfter(0, Sample.Start);
        Assert.True(OrderDocument.NumberAfter(0, Sample.Start.AddSeconds(1)) > first);
        Assert.True(OrderDocument.NumberAfter(first, Sample.Start.AddYears(-20)) > first);
        var differs = Sample.In(JobState.Differs);
        Assert.True(differs.Do(new Approved(Sample.Start, Sample.FoundHash)).Document().Number > differs.Document().Number);
    }

    /// <summary>Who approves another plan orders it: with a signed order that needs a key too.</summary>
    [Fact]
    public void Another_plan_of_a_signed_order_is_approved_by_a_signed_order_only()
    {
        var differs = Sample.In(JobState.Differs);
        differs = differs with { Signed = differs.Signed! with { Signature = "signed" } };
        Assert.False(differs.Try(new Approved(Sample.Start, Sample.FoundHash)).IsAccepted);
        var order = JobRules.ForPlan(differs, Sample.FoundHash, Sample.Start) with { Signature = "signed, too" };
        Assert.Equal(order, differs.Do(new Approved(Sample.Start, Sample.FoundHash, order)).Signed);
    }

    private const string ImageManifestNamespace = ImageManifest.SignatureNamespace;

    private InstallMachine Machine => new(new StorageMachine(runner, files, null!, () => throw new NotSupportedException()), TimeProvider.System);

    private OrderDocument Check(SignedOrder order) => OrderCheck.Verified(Machine.Files, Machine.Commands, order, said.Add);

    private SignedOrder Signed(string key) => new OrderSigner(Key(key), runner).Sign(Sample.Armed().Signed!);

    private void Allow(string signers)
    {
        files.MakeFolder("/etc/provision");
        files.WriteNew(AllowedSigners.DefaultFile, Bytes(signers), FileModes.Public);
    }

    private string Key(string name) => Path.Combine(folder, name);

    private string Public(string name) => string.Join(' ', File.ReadAllText(Key(name) + ".pub").Split(' ').Take(2));

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
