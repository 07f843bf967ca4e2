using System.Text;
using Provision.Boot.Arm;
using Provision.Boot.Images;
using Provision.Boot.Installer;
using Provision.Boot.Installer.Local;
using Provision.Boot.Jobs;
using Provision.Storage;

namespace Provision.Boot.Tests;

/// <summary>
/// What a running host verifies before it starts an installer from its own disk, against a real boot server and someone in between who changes one
/// link at a time.
/// </summary>
public sealed class LocalChainTests : IAsyncLifetime
{
    private readonly ProcessRunner runner = new();
    private BootSite site = null!;
    private RootedFiles files = null!;
    private string initrd = "";

    public async Task InitializeAsync()
    {
        site = await BootSite.Start();
        files = RootedFiles.Open(Directory.CreateDirectory(Path.Combine(site.Folder, "root")).FullName);
        foreach (var key in (string[])["images", "orders"])
        {
            runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Key(key))).OrThrow();
        }

        initrd = Manifest("initrd.zst");
        files.MakeFolder("/etc/provision");
        files.WriteNew(AllowedSigners.DefaultFile, Encoding.ASCII.GetBytes(new ImageSigner(Key("images"), runner).Line
            + AllowedSigners.Line("site", OrderDocument.SignatureNamespace, string.Join(' ', File.ReadAllText(Key("orders") + ".pub").Split(' ').Take(2)))),
                FileModes.Public);
        site.Arm(sign: job => job with { Signed = new OrderSigner(Key("orders"), runner).Sign(job.Signed!) });
    }

    public async Task DisposeAsync()
    {
        files.Dispose();
        await site.DisposeAsync();
    }

    [Fact]
    public void The_untouched_chain_gives_the_installer()
    {
        var installer = Get((_, bytes) => bytes);
        Assert.Equal(("kernel", "initrd"), (Encoding.ASCII.GetString(installer.Kernel), Encoding.ASCII.GetString(installer.Initrd)));
        Assert.EndsWith($"provision.job={installer.Job} console=ttyS0", installer.KernelWords, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/vmlinuz", "kernel", "KERNEL", "vmlinuz differs from its manifest")]
    [InlineData("/initrd.zst", "initrd", "INITRD", "initrd.zst differs from its manifest")]
    [InlineData("manifest.json", "trixie", "TRIXIE", "is not the manifest that the order names")]
    [InlineData("manifest.json.sig", "SIGNATURE", "SIGNITURE", "is not signed by a key in")]
    [InlineData("form=json", "console=ttyS0\\u0022", "init=/bin/sh\\u0022", "the order is not signed by a key in")]
    [InlineData("form=json", "dddddd/manifest.json", "dddddd/manifest.json.sig", "is not the manifest that the order names")]
    [InlineData("form=json", "\"signature\":", "\"signeture\":", "is no boot server of this version")]
    [InlineData("form=json", "\"order\":", "\"urder\":", "sent no order")]
    public void A_link_that_was_tampered_with_stops_it(string address, string from, string to, string says)
    {
        var changed = false;
        var refused = Assert.Throws<InstallException>(() => Get((path, bytes) =>
        {
            if (!path.EndsWith(address, StringComparison.Ordinal) && !(address == "form=json" && path.Contains(address, StringComparison.Ordinal)))
            {
                return bytes;
            }

            var text = Encoding.UTF8.GetString(bytes);
            changed |= text.Contains(from, StringComparison.Ordinal);
            return Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
        }));
        Assert.True(changed);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>What the boot server says about kernel words is not used: they come from the signed order and from the host itself.</summary>
    [Fact]
    public void Kernel_words_of_the_answer_are_not_used()
    {
        var good = Get((_, bytes) => bytes).KernelWords;
        var words = Get((path, bytes) => path.Contains("form=json", StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"kernelWords\":\"", "\"kernelWords\":\"init=/bin/sh ", StringComparison.Ordinal))
                : bytes).KernelWords;
        Assert.Equal(good, words);
    }

    /// <summary>An older installer was signed too, once; the order names the one that counts.</summary>
    [Fact]
    public void An_older_installer_with_a_good_signature_is_refused()
    {
        var path = Path.Combine(site.Store, "installer", BootSite.Digest, "manifest.json");
        var (now, signature) = (File.ReadAllText(path), File.ReadAllText(path + ".sig"));
        File.WriteAllText(path, initrd);
        new ImageSigner(Key("images"), runner).SignManifest(path);
        Assert.Contains("is not the manifest that the order names", Assert.Throws<InstallException>(() => Get((_, bytes) => bytes)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(path, now);
        File.WriteAllText(path + ".sig", signature);
        Assert.NotNull(Get((_, bytes) => bytes));
    }

    [Fact]
    public void An_old_order_and_an_expired_one_are_refused()
    {
        using (var jobs = site.Jobs())
        {
            var order = OrderDocument.Parse(jobs.FindOpenOf("web1")!.Signed!.Document);
            files.MakeFolder("/var/lib/provision");
            files.WriteNew(OrderNumber.OfRoot, Encoding.ASCII.GetBytes(OrderNumber.Text(order with { Number = order.Number + 1 })), FileModes.Public);
        }

        Assert.Contains("it is an old one", Assert.Throws<InstallException>(() => Get((_, bytes) => bytes)).Message, StringComparison.Ordinal);
        files.Remove(OrderNumber.OfRoot);
        var late = Assert.Throws<InstallException>(() => Get((_, bytes) => bytes, TimeSpan.FromHours(15)));
        Assert.Contains("the order for web1 expired", late.Message, StringComparison.Ordinal);
    }

    private LocalInstaller Get(Func<string, byte[], byte[]> between, TimeSpan later = default)
    {
        var clock = new BootSite.ManualClock();
        clock.Move(later);
        using var http = new HttpClient(new Between(between)) { BaseAddress = site.Address };
        var machine = new InstallMachine(new StorageMachine(runner, files, null!, () => throw new NotSupportedException()), clock);
        return new LocalStart(machine, site.Address, _ => { }).Get(http, [MacAddress.Parse(BootSite.Web1)], BootSite.Uuid);
    }

    /// <summary>Describes and signs the installer; returns a manifest that was good before, without the kernel that is there now.</summary>
    private string Manifest(string older)
    {
        var folder = Path.Combine(site.Store, "installer", BootSite.Digest);
        var path = Path.Combine(folder, "manifest.json");
        var manifest = new ImageManifest
        {
            Name = "installer",
            Inputs = BootSite.Digest,
            Release = "trixie",
            Files = [ImagePacker.Describe(Path.Combine(folder, "vmlinuz")), ImagePacker.Describe(Path.Combine(folder, older))],
        };
        ImagePacker.WriteManifest(path, manifest, new ImageSigner(Key("images"), runner));
        site.InstallerManifest = new ImageRepository(site.Store).ManifestHash($"installer/{BootSite.Digest}");
        return System.Text.Json.JsonSerializer.Serialize(manifest with { Release = "bookworm" }, JobsJson.Default.ImageManifest);
    }

    private string Key(string name) => Path.Combine(site.Folder, name);

    /// <summary>Someone between the host and the boot server.</summary>
    private sealed class Between(Func<string, byte[], byte[]> change) : HttpClientHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = base.Send(request, cancellationToken);
            using var body = new MemoryStream();
            answer.Content.ReadAsStream(cancellationToken).CopyTo(body);
            answer.Content = new ByteArrayContent(change(request.RequestUri!.PathAndQuery, body.ToArray()));
            return answer;
        }
    }
}
