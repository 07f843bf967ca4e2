using System.Text;
using Provision.Boot.Jobs;

namespace Provision.Boot.Arm;

/// <summary>Signs orders: with the site's key, which only root can read and the boot server never does, or with an engineer's key in an ssh agent.</summary>
/// <param name="key">File of the private key, or of the public key if the private one is in an agent.</param>
/// <param name="commands">Runs ssh-keygen.</param>
public sealed class OrderSigner(string key, ICommandRunner commands)
{
    /// <summary>The site's key.</summary>
    public const string DefaultKey = "/etc/provision/order-key";

    /// <summary>The key's file.</summary>
    public string Key => key;

    /// <summary>Returns the signer for a given key, or for the site's; null if there is none.</summary>
    public static OrderSigner? Of(string? given, ICommandRunner commands) =>
        given is not null ? new OrderSigner(given, commands) : File.Exists(DefaultKey) ? new OrderSigner(DefaultKey, commands) : null;

    /// <summary>Signs an order.</summary>
    /// <exception cref="CommandFailedException">The key cannot be used.</exception>
    public SignedOrder Sign(SignedOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order with { Signature = new SshSignatures(commands).Sign(key, OrderDocument.SignatureNamespace, Encoding.UTF8.GetBytes(order.Document)) };
    }
}
