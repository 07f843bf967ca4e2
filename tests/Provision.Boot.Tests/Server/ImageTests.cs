using Provision.Boot.Images;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>Images without mmdebstrap: their addresses, signatures, places in the store, and the packages that are kept. Real apt, gpg and
/// ssh-keygen.</summary>
public sealed class ImageTests : IDisposable
{
    private static readonly ImageRecipe Recipe = new()
    {
        Name = "os-web",
        Release = "trixie",
        Wanted = ["apt", "hello"],
        Variant = "minbase",
        After = "true",
        Files = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }
    };
    private static readonly ImageInputs Inputs = new(
        Recipe, [new ImagePackage("apt_3.0_amd64.deb", "aa"), new ImagePackage("hello_2.10_amd64.deb", "bb")], "ssh-ed25519 AAAA");
    private readonly string folder = Directory.CreateTempSubdirectory("provision-images-").FullName;
    private readonly ProcessRunner commands = new();

    private string Store => Path.Combine(folder, "store");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string, ImageInputs> Changes => new()
    {
        { "a new version in the mirror",
            Inputs with { Packages = [new ImagePackage("apt_3.0_amd64.deb", "aa"), new ImagePackage("hello_2.11_amd64.deb", "cc")] } },
        { "the same version with another content",
            Inputs with { Packages = [new ImagePackage("apt_3.0_amd64.deb", "aa"), new ImagePackage("hello_2.10_amd64.deb", "cc")] } },
        { "one package less", Inputs with { Packages = [new ImagePackage("apt_3.0_amd64.deb", "aa")] } },
        { "another key", Inputs with { Signer = "ssh-ed25519 BBBB" } },
        { "another script", Inputs with { Recipe = Recipe with { After = "false" } } },
        { "another file", Inputs with { Recipe = Recipe with { Files = new Dictionary<string, string> { ["a"] = "1", ["b"] = "3" } } } },
        { "another wish", Inputs with { Recipe = Recipe with { Wanted = ["apt"] } } },
        { "another release", Inputs with { Recipe = Recipe with { Release = "forky" } } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_an_image_is_made_from_is_its_address(string why, ImageInputs other) => Assert.True(Inputs.Digest() != other.Digest(), why);

    [Fact]
    public void The_order_in_which_inputs_were_found_does_not_count()
    {
        var other = Inputs with
        {
            Packages = [.. Inputs.Packages.Reverse()],
            Recipe = Recipe with { Files = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } }
        };
        Assert.Equal(Inputs.Digest(), other.Digest());
        Assert.Equal(64, Inputs.Digest().Length);
    }

    [Fact]
    public void A_build_that_was_killed_leaves_what_was_current()
    {
        var publisher = new ImagePublisher(Store);
        Publish(publisher, 'a');
        var half = publisher.Begin("os-web", new string('b', 64));
        File.WriteAllText(Path.Combine(half, "manifest.json"), "half");
        var images = new ImageRepository(Store);
        Assert.Equal($"os-web/{new string('a', 64)}", images.Current("os-web"));
        Assert.Null(images.Find($"os-web/{new string('b', 64)}/manifest.json"));
        Assert.Null(images.Find($"os-web/{Path.GetFileName(half)}/manifest.json"));
        Assert.False(publisher.IsWhole("os-web", new string('b', 64)));

        // The next build of the same begins anew.
        Assert.Empty(Directory.GetFiles(publisher.Begin("os-web", new string('b', 64))));
        Publish(publisher, 'b');
        Assert.Equal($"os-web/{new string('b', 64)}", images.Current("os-web"));
        Assert.True(publisher.IsWhole("os-web", new string('b', 64)));
    }

    [Fact]
    public void Old_builds_go_but_not_those_of_open_jobs()
    {
        var publisher = new ImagePublisher(Store);
        foreach (var letter in "abcde")
        {
            Publish(publisher, letter);
            Directory.SetLastWriteTimeUtc(Path.Combine(Store, "os-web", new string(letter, 64)), DateTime.UnixEpoch.AddDays(letter));
        }

        var gone = publisher.Prune("os-web", keep: 1, [$"os-web/{new string('a', 64)}"]);
        Assert.Equal(["c", "b"], gone.Select(digest => digest[..1]));
        Assert.Equal(["a", "d", "e"], Directory.GetDirectories(Path.Combine(Store, "os-web")).Select(path => Path.GetFileName(path)[..1])
            .Order(StringComparer.Ordinal));
        Assert.Equal(["a", "d", "e"], Directory.GetDirectories(Path.Combine(Store, "packages")).Select(path => Path.GetFileName(path)[..1])
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_one_build_at_a_time_works_in_a_store()
    {
        using var first = new ImagePublisher(Store).Lock();
        Assert.Contains("another build", Assert.Throws<ImageException>(() => new ImagePublisher(Store).Lock()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_key_it_says_how_to_make_one()
    {
        var why = Assert.Throws<ImageException>(() => new ImageSigner(Path.Combine(folder, "none"), commands)).Message;
        Assert.Contains("ssh-keygen -t ed25519", why, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder, "none"), why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packed_root_is_described_piece_by_piece_and_its_manifest_signed()
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        File.WriteAllBytes(Path.Combine(root, "noise"), System.Security.Cryptography.RandomNumberGenerator.GetBytes((9 << 20) + 7));
        var packed = ImagePacker.PackRoot(root, folder, commands);
        Assert.Equal(3, packed.Pieces.Count);
        Assert.Equal(new FileInfo(Path.Combine(folder, "root.tar.zst")).Length, packed.Bytes);
        Assert.True(packed.UnpackedBytes > 9 << 20);
        Assert.Equal(commands.Run(Command.Of("sha256sum", Path.Combine(folder, "root.tar.zst"))).Text[..64], packed.Sha256);

        var signer = Signer();
        var manifest = Path.Combine(folder, "manifest.json");
        ImagePacker.WriteManifest(manifest, new ImageManifest { Name = "os-web", Inputs = Inputs.Digest(), Release = "trixie", Files = [packed] }, signer);
        var signers = Path.Combine(folder, "allowed_signers");
        File.WriteAllText(signers, signer.Line);
        Assert.True(IsSigned(File.ReadAllBytes(manifest)));
        Assert.False(IsSigned([.. File.ReadAllBytes(manifest), (byte)' ']));

        bool IsSigned(byte[] content) => commands.Run(Command
            .Of("ssh-keygen", "-Y", "verify", "-f", signers, "-I", ImageManifest.SignatureNamespace, "-n", ImageManifest.SignatureNamespace, "-s", manifest +
                ".sig").WithInput(content)).Succeeded;
    }

    [Fact]
    public void Kept_packages_are_taken_only_as_they_were_signed()
    {
        var kept = Directory.CreateDirectory(Path.Combine(folder, "kept")).FullName;
        Package(kept, "hello", "1.0");
        PackageFolder.Index(kept, PackageFolder.KeptLabel, "trixie", commands);
        Signer().SignPackages(kept);
        var source = $"deb [signed-by={kept}/{PackageFolder.KeyFile}] copy:{kept} ./";
        var apt = Apt("a");
        Assert.Null(apt.Update());
        var package = Assert.Single(apt.Resolve(["hello"]));
        Assert.Equal("hello_1.0_amd64.deb", package.File);
        apt.Fetch(["hello"]);
        // What is fetched already is still what the image needs.
        Assert.Equal(package, Assert.Single(apt.Resolve(["hello"])));

        // The same name and size with another content.
        var file = Path.Combine(kept, "hello_1.0_amd64.deb");
        var content = File.ReadAllBytes(file);
        content[^1] ^= 1;
        File.WriteAllBytes(file, content);
        var changed = Apt("b");
        Assert.Null(changed.Update());
        Assert.Contains("cannot be fetched", Assert.Throws<ImageException>(() => changed.Fetch(["hello"])).Message, StringComparison.Ordinal);

        // An index that nobody signed.
        File.AppendAllText(Path.Combine(kept, "Packages"), "\n");
        Assert.NotNull(Apt("c").Update());
        File.WriteAllText(Path.Combine(kept, "InRelease"), File.ReadAllText(Path.Combine(kept, "InRelease"))
            .Replace("Suite: trixie", "Suite: forky", StringComparison.Ordinal));
        Assert.NotNull(Apt("d").Update());

        AptWorld Apt(string name) => new(Path.Combine(folder, name), "trixie", [source], null, commands, CancellationToken.None);
    }

    [Fact]
    public void A_named_package_goes_before_a_newer_one_of_the_archive()
    {
        var (archive, named) = (Directory.CreateDirectory(Path.Combine(folder, "archive")).FullName,
            Directory.CreateDirectory(Path.Combine(folder, "named")).FullName);
        Package(archive, "hello", "2.0");
        Package(named, "hello", "1.0");
        PackageFolder.Index(archive, "archive", "trixie", commands);
        PackageFolder.Index(named, PackageFolder.LocalLabel, "trixie", commands);
        var apt = new AptWorld(Path.Combine(folder, "apt"), "trixie", [$"deb [trusted=yes] copy:{archive} ./"], named, commands, CancellationToken.None);
        Assert.Null(apt.Update());
        Assert.Equal("hello_1.0_amd64.deb", Assert.Single(apt.Resolve(["hello"])).File);
        Assert.Contains("nothere", Assert.Throws<ImageException>(() => apt.Resolve(["nothere"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_built_says_why_and_writes_no_image()
    {
        var provision = Package(folder, "provision", "0.1");
        string[] cut = ["deb http://127.0.0.1:1/debian trixie main"];
        Assert.Contains("make deb", Refused([], []), StringComparison.Ordinal);
        Assert.Contains("the mirror does not answer", Refused(cut, [provision]), StringComparison.Ordinal);
        Assert.Contains("named twice", Refused(cut, [provision, provision]), StringComparison.Ordinal);
        Assert.Contains("--package /nowhere.deb", Refused(cut, ["/nowhere.deb"]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Store, "os-web")) || Directory.Exists(Path.Combine(Store, "current"))
            || Directory.Exists(Path.Combine(Store, "packages")));

        string Refused(string[] sources, string[] packages) => Assert.Throws<ImageException>(() =>
            new ImageBuilder(new ImageBuildOptions { Store = Store, Signer = Signer(), Sources = sources, Packages = packages }, commands, (_, _) => { })
                .Build(Recipe, CancellationToken.None)).Message;
    }

    private static void Publish(ImagePublisher publisher, char letter)
    {
        var digest = new string(letter, 64);
        publisher.BeginPackages(digest);
        publisher.PublishPackages(digest);
        var image = publisher.Begin("os-web", digest);
        File.WriteAllText(Path.Combine(image, "manifest.json"), "{}");
        File.WriteAllText(Path.Combine(image, "manifest.json.sig"), "");
        publisher.Publish("os-web", digest);
    }

    private ImageSigner Signer()
    {
        var key = Path.Combine(folder, "key");
        if (!File.Exists(key))
        {
            commands.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key)).OrThrow();
        }

        return new ImageSigner(key, commands);
    }

    private string Package(string to, string name, string version)
    {
        var tree = Directory.CreateTempSubdirectory("provision-package-").FullName;
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        File.WriteAllText(Path.Combine(tree, "DEBIAN/control"),
            $"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Test <test@mail.example>\nDescription: a test\n");
        var file = Path.Combine(to, $"{name}_{version}_amd64.deb");
        commands.Run(Command.Of("dpkg-deb", "--root-owner-group", "--build", tree, file)).OrThrow();
        Directory.Delete(tree, recursive: true);
        return file;
    }
}
