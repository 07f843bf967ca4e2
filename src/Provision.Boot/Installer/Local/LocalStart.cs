using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provision.Boot.Installer.Image;
using Provision.Boot.Installer.Setup;
using Provision.Boot.Jobs;
using Provision.Storage.Guard;

namespace Provision.Boot.Installer.Local;

/// <summary>
/// Has a running host start the installer at its next boot, from its own disk: where firmware cannot boot from the network. The host has to be armed;
/// the job and its ticket are the same as those that iPXE gets. Nothing of the running system is changed but files that only that one boot reads.
/// </summary>
/// <param name="machine">The host.</param>
/// <param name="server">Base address of the boot server.</param>
/// <param name="say">Told how far it is.</param>
/// <param name="handler">Carries the requests; null for the network.</param>
public sealed class LocalStart(InstallMachine machine, Uri server, Action<string> say, HttpMessageHandler? handler = null)
{
    /// <summary>Where the installer is until then.</summary>
    public const string Folder = "/boot/provision-installer";

    /// <summary>What GRUB reads.</summary>
    public const string Script = Folder + "/start.cfg";

    private const string Kernel = "vmlinuz";
    private const string Initrd = "initrd.zst";
    private const string Ticket = "ticket.cpio";
    private const long Most = 256 << 20;

    /// <summary>Fetches, verifies and writes the installer, and asks GRUB for it.</summary>
    /// <returns>The job.</returns>
    /// <exception cref="InstallException">The host is not armed, the installer is not signed, or the boot loader knows nothing of this.</exception>
    public string Arm()
    {
        using var http = new HttpClient(
            handler ?? new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) },
            disposeHandler: handler is null)
        { Timeout = TimeSpan.FromMinutes(5), BaseAddress = server };
        var sequences = Attachments.Read(machine.Reader);
        var observed = machine.Storage.Observe();

        // First, whether this boot loader can be given a choice for the next boot: tried with the one that changes nothing.
        NextBoot.Write(machine, observed, sequences, null);
        var installer = Get(http, observed.Machine.Macs, observed.Machine.DmiUuid);
        RootFile.Put(machine.Files, $"{Folder}/{Kernel}", installer.Kernel, FileModes.Private);
        RootFile.Put(machine.Files, $"{Folder}/{Initrd}", installer.Initrd, FileModes.Private);
        RootFile.Put(machine.Files, $"{Folder}/{Ticket}", installer.Ticket, FileModes.Private);
        RootFile.Put(machine.Files, Script, Text(installer.KernelWords), FileModes.Private);
        machine.Files.SyncFilesystem(Folder);
        NextBoot.Write(machine, observed, sequences, NextBoot.Installer).ToList().ForEach(part => say($"{part}: the next boot starts the installer, once"));
        return installer.Job;
    }

    /// <summary>Fetches order and installer, and verifies each link: the order by its signature, number and expiry; the installer's manifest by the order and
    /// by its own signature; kernel and initrd by the manifest. Writes nothing.</summary>
    /// <exception cref="InstallException">The host is not armed, or one of them does not hold.</exception>
    internal LocalInstaller Get(HttpClient http, IReadOnlyList<MacAddress> macs, string? uuid)
    {
        var (mac, offer) = Offer(http, macs, uuid);
        var (order, words) = Verified(offer, mac);
        var folder = offer.Image![..(offer.Image!.LastIndexOf('/') + 1)];
        var bytes = Fetch(http, offer.Image);
        if (order is not null)
        {
            ImageSignature.CheckPinned(offer.Image, bytes, order.InstallerManifest);
        }

        ImageSignature.Check(machine, offer.Image, bytes, Fetch(http, offer.Image + ".sig"));
        var manifest = ImageCheck.ManifestOf(offer.Image, bytes);
        return new LocalInstaller(offer.Job!, FileOf(Kernel), FileOf(Initrd), Fetch(http, offer.Ticket!), words);

        byte[] FileOf(string name)
        {
            var file = manifest.Files.FirstOrDefault(file => file.Name == name)
                ?? throw new InstallException($"{offer.Image} has no {name}: it is no installer");
            var content = Fetch(http, folder + name);
            if (Convert.ToHexStringLower(SHA256.HashData(content)) != file.Sha256)
            {
                throw new InstallException($"{folder}{name} differs from its manifest: build it again (provision netboot build installer)");
            }

            say(string.Create(CultureInfo.InvariantCulture, $"{name}: {content.Length >> 10} KiB, verified"));
            return content;
        }
    }

    /// <summary>Returns the order, and the words for the kernel: from the signed order and from what this host knows itself. A host that has no signers of
    /// orders takes the boot server's words, and says so; the order is null then.</summary>
    private (OrderDocument? Order, string Words) Verified(BootOffer offer, MacAddress mac)
    {
        if (!AllowedSigners.Has(AllowedSigners.Of(machine.Files), OrderDocument.SignatureNamespace))
        {
            say($"the order is not verified: {AllowedSigners.DefaultFile} has no signer of orders");
            return (null, offer.KernelWords!);
        }

        var signed = offer.Order ?? throw new InstallException($"{server} sent no order: it is no boot server of this version");
        var order = OrderCheck.Verified(machine.Files, machine.Commands, signed, say);
        OrderCheck.Fresh(order, OrderNumber.Read(machine.Files, OrderNumber.OfRoot));
        if (machine.Clock.GetUtcNow() is var now && now >= order.Expires)
        {
            throw new InstallException($"the order for {order.Host} expired at {order.Expires:u}, and it is {now:u} now: arm it again");
        }

        return order.Job == offer.Job
            ? (order, InstallerWords.All(
                mac.ToString().Replace(':', '-'), InstallerWords.OfJob(server.ToString().TrimEnd('/'), order.Job), order.KernelWords))
            : throw new InstallException($"the order is one of job {order.Job}, and the boot server offers job {offer.Job}");
    }

    /// <summary>Writes the return key of a job to the system disks of this host.</summary>
    /// <returns>The partitions that it was written to.</returns>
    /// <exception cref="InstallException">This system was not installed by provision.</exception>
    public static IReadOnlyList<string> Plant(InstallMachine machine, ReturnKey key) => NextBoot.Plant(machine, key);

    /// <summary>Takes it back.</summary>
    /// <exception cref="InstallException">The boot loader knows nothing of this.</exception>
    public void Cancel()
    {
        NextBoot.Write(machine, machine.Storage.Observe(), Attachments.Read(machine.Reader), null).ToList()
            .ForEach(part => say($"{part}: the next boot is the usual one"));
        foreach (var name in machine.Files.List(Folder))
        {
            machine.Files.Remove($"{Folder}/{name}");
        }

        machine.Files.RemoveFolder(Folder);
    }

    /// <summary>What GRUB runs: without the installer's files it continues to the usual menu.</summary>
    internal static string Text(string kernelWords) =>
        kernelWords.Any(c => c is '\'' or '\n' || char.IsControl(c))
            ? throw new InstallException($"the boot server's words for the kernel cannot be written for GRUB: {kernelWords}")
            : $"linux {Folder}/{Kernel} {string.Join(' ', kernelWords.Split(' ').Select(word => $"'{word}'"))}\ninitrd {Folder}/{Initrd} " +
                $"{Folder}/{Ticket}\nboot\n";

    private static (MacAddress Mac, BootOffer Offer) Offer(HttpClient http, IReadOnlyList<MacAddress> macs, string? uuid)
    {
        var reasons = new List<string>();
        foreach (var mac in macs)
        {
            var address = $"/boot/{mac}?form=json{(uuid is null ? "" : "&uuid=" + uuid)}";
            try
            {
                if (JsonSerializer.Deserialize(Fetch(http, address), JobsJson.Default.BootOffer) is { } offer)
                {
                    if (offer is { Job: not null, Image: not null, Ticket: not null, KernelWords: not null })
                    {
                        return (mac, offer);
                    }

                    reasons.Add($"{mac}: {offer.Why}");
                }
            }
            catch (JsonException)
            {
                throw new InstallException($"{http.BaseAddress}{address.TrimStart('/')} is no boot server of this version: it does not answer in JSON");
            }
        }

        throw new InstallException([$"the boot server has no installer for this host: arm it there (provision netboot arm HOST)", .. reasons]);
    }

    private static byte[] Fetch(HttpClient http, string address)
    {
        try
        {
            using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, address), HttpCompletionOption.ResponseHeadersRead);
            using var body = answer.Content.ReadAsStream();
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = body.Read(buffer)) > 0;)
            {
                content.Write(buffer, 0, read);
                if (content.Length > Most)
                {
                    throw new InstallException($"{answer.RequestMessage!.RequestUri} is larger than anything of an installer");
                }
            }

            return answer.IsSuccessStatusCode ? content.ToArray()
                : throw new InstallException($"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} " +
                    $"{Provision.Core.Printable.Of(Encoding.UTF8.GetString(content.ToArray()), 200)}");
        }
        catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException)
        {
            throw new InstallException($"{http.BaseAddress}: {lost.Message}; is this the boot server?");
        }
    }
}

/// <summary>An installer that was verified, for a boot from the host's own disk.</summary>
/// <param name="Job">The job.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Initrd">The initramfs.</param>
/// <param name="Ticket">The extra initrd with the ticket.</param>
/// <param name="KernelWords">What the kernel is started with.</param>
internal sealed record LocalInstaller(string Job, byte[] Kernel, byte[] Initrd, byte[] Ticket, string KernelWords);
