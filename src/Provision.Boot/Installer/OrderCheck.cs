using System.Text;
using System.Text.Json;
using Provision.Boot.Jobs;

namespace Provision.Boot.Installer;

/// <summary>Verifies an order before anything of it is used: in the initramfs, and on a host that starts the installer from its own disk.</summary>
internal static class OrderCheck
{
    private const int MostBytes = 256 << 10;

    /// <summary>Returns the order that one of the machine's allowed signers signed. A machine without order signers accepts an unsigned one, and
    /// says so.</summary>
    /// <param name="files">The machine; its <c>/etc/provision/allowed_signers</c> names who may sign.</param>
    /// <param name="commands">Runs ssh-keygen.</param>
    /// <param name="order">The text and its signature.</param>
    /// <param name="say">Receives one line: who signed, or that nothing was verified.</param>
    /// <param name="verify">False for the test that shows what happens without.</param>
    /// <exception cref="InstallException">It is not signed by one of them, or is no order.</exception>
    public static OrderDocument Verified(IMachineFiles files, ICommandRunner commands, SignedOrder order, Action<string> say, bool verify = true)
    {
        if (order.Document.Length > MostBytes)
        {
            throw new InstallException($"the order is larger than any order ({MostBytes} bytes)");
        }

        var signers = AllowedSigners.Of(files);
        if (!AllowedSigners.Has(signers, OrderDocument.SignatureNamespace))
        {
            say($"the order is not verified: {AllowedSigners.DefaultFile} has no signer of orders");
        }
        else if (verify)
        {
            var check = order.Verify(signers!, new SshSignatures(commands));
            say(check.Holds ? $"the order is signed by {check.Signer}"
                : throw new InstallException(
                    $"the order is not signed by a key in {AllowedSigners.DefaultFile} that may sign orders: {check.Problem}. Arm the " +
                    $"host with such a key (netboot arm --sign-key FILE)"));
        }

        try
        {
            return OrderDocument.Parse(order.Document);
        }
        catch (JsonException e)
        {
            throw new InstallException($"the order({e.LineNumber + 1},{e.BytePositionInLine + 1}) is no order: {e.Message}");
        }
    }

    /// <summary>Refuses an order that is older than one that this machine has seen.</summary>
    /// <exception cref="InstallException">It is.</exception>
    public static void Fresh(OrderDocument order, long seen)
    {
        if (order.Number < seen)
        {
            throw new InstallException($"the order has the number {order.Number}, and this machine has seen {seen}: it is an old one; arm {order.Host} again");
        }
    }
}
