using System.Text.Json;
using Provision.Boot.Installer;
using Provision.Boot.Jobs;
using Provision.Configuration.Secrets;

namespace Provision.Boot.Identities;

/// <summary>
/// Hands out identities in place of the boot server, which cannot read them: only that of the host of an order that is signed and has not expired, only
/// encrypted, and for each order only a few times. So whoever takes over the boot server's process gets the identities of hosts that are armed at that
/// time, and leaves a line for each in this helper's log.
/// </summary>
/// <param name="secrets">The repository's secrets, with the key that decrypts identities.</param>
/// <param name="files">The machine; its <c>/etc/provision/allowed_signers</c> names who may sign orders.</param>
/// <param name="ledger">Directory of what was handed out.</param>
/// <param name="commands">Runs age and ssh-keygen.</param>
/// <param name="log">Receives log lines.</param>
/// <param name="clock">The clock.</param>
public sealed class IdentityHelper(
    SecretStore secrets, IMachineFiles files, string ledger, ICommandRunner commands, Action<string> log, TimeProvider? clock = null)
{
    /// <summary>Where the helper notes what it handed out.</summary>
    public const string DefaultLedger = "/var/lib/provision-identity";

    /// <summary>An installer that loses power again and again asks with a new key each time.</summary>
    public const int MostRecipients = 16;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>The secret of the repository that holds a host's identity: an archive of its keys, encrypted to the site's boot servers.</summary>
    public static string SecretOf(string host) => $"identity-{host}";

    /// <summary>Answers one question.</summary>
    /// <param name="question">Where the question is read: a line.</param>
    /// <param name="answer">Where the answer is written.</param>
    /// <returns>True if an identity was handed out.</returns>
    public bool Serve(Stream question, Stream answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var (encrypted, problem) = Answer(IdentityRequest.ReadLine(question));
        if (problem is not null)
        {
            log($"refused: {problem}");
        }

        answer.Write(IdentityRequest.Answer(encrypted, problem));
        answer.Flush();
        return encrypted is not null;
    }

    private (byte[]? Encrypted, string? Problem) Answer(byte[] question)
    {
        try
        {
            if (question.Length > IdentityRequest.MostBytes)
            {
                return (null, $"the question is larger than {IdentityRequest.MostBytes} bytes");
            }

            var request = IdentityRequest.Parse(question);
            if (!AgeRecipient.Is(request.Recipient))
            {
                return (null, "the recipient is not an age recipient (age1...)");
            }

            var order = OrderCheck.Verified(files, commands, request.Order, log);
            return WhyNot(order) is { } why ? (null, why) : Give(order, request);
        }
        catch (JsonException)
        {
            return (null, "the question is not an order and a recipient");
        }
        catch (Exception e) when (e is InstallException or IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    private string? WhyNot(OrderDocument order) =>
        (clock ?? TimeProvider.System).GetUtcNow() is var now && now >= order.Expires
            ? $"the order for {order.Host} expired at {order.Expires:u}, and it is {now:u}"
        : order.NewIdentity ? $"the order for {order.Host} is for a new identity"
        : null;

    private (byte[]? Encrypted, string? Problem) Give(OrderDocument order, IdentityRequest request)
    {
        var (encrypted, problem) = new IdentityFiles(secrets, commands).EncryptFor(order.Host, request.Recipient);
        if (encrypted is null)
        {
            return (null, problem);
        }

        if (Note(request) > MostRecipients)
        {
            return (null, $"the identity of {order.Host} was handed out {MostRecipients} times for this order; arm the host again");
        }

        log($"the identity of {order.Host} goes to {request.Recipient} (job {order.Job})");
        return (encrypted, null);
    }

    /// <summary>Notes a recipient before the first byte leaves; returns how many the order has had. Each is a file of its own: several helpers may run at
    /// once.</summary>
    private int Note(IdentityRequest request)
    {
        var directory = Path.Combine(ledger, request.Order.Hash());
        Forget();
        StateFolder.Make(directory, FileModes.PrivateDirectory);
        AtomicFile.Write(Path.Combine(directory, request.Recipient), [], FileModes.Private);
        return Directory.EnumerateFiles(directory, "age1*").Count();
    }

    /// <summary>An order expires long before its notes are removed.</summary>
    private void Forget()
    {
        foreach (var old in Directory.Exists(ledger) ? Directory.EnumerateDirectories(ledger) : [])
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(old) > KeptFor)
            {
                Directory.Delete(old, recursive: true);
            }
        }
    }
}
