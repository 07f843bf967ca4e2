using System.Net.Sockets;
using Provision.Boot.Jobs;

namespace Provision.Boot.Identities;

/// <summary>Asks the identity helper, which systemd starts for each connection.</summary>
/// <param name="path">The socket.</param>
internal sealed class IdentitySocket(string path) : IIdentitySource
{
    /// <summary>Where <c>provision-identity.socket</c> listens; the boot server's user alone may connect.</summary>
    public const string DefaultPath = "/run/provision-identity.sock";

    private const int LimitMilliseconds = 30_000;

    /// <summary>True if the helper listens.</summary>
    public bool Exists => File.Exists(path);

    public (byte[]? Encrypted, string? Problem) EncryptFor(Job job)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            {
                ReceiveTimeout = LimitMilliseconds,
                SendTimeout = LimitMilliseconds,
            };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            using var stream = new NetworkStream(socket);
            stream.Write(new IdentityRequest(job.Signed!, job.Recipient!).ToBytes());
            socket.Shutdown(SocketShutdown.Send);
            return IdentityRequest.ParseAnswer(IdentityRequest.ReadAll(stream));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return (null, $"the identity helper at {path} cannot be asked: {e.Message}");
        }
    }
}
