using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Provision.Lab;

/// <summary>
/// The management console of a user-mode Linux kernel (Documentation/virt/uml/user_mode_linux_howto_v2.rst, "mconsole"): a socket that its kernel
/// answers even when none of its programs runs any more. Used to say why a guest hangs.
/// </summary>
internal static class UmlManagement
{
    private const uint Magic = 0xcafebabe;
    private const int Version = 2;
    private const int MostCommand = 512;
    private const int Header = 12;

    /// <summary>Interrupts twice, to see which still arrive. (The kernel stops answering after "sysrq t", which lists all tasks.)</summary>
    private static readonly string[] Questions = ["proc loadavg", "proc interrupts", "proc meminfo", "sysrq 9", "sysrq w", "sysrq m", "proc interrupts"];

    /// <summary>The kernel's blocked tasks, its memory and interrupts; in place of what it does not answer, why.</summary>
    /// <param name="socket">The socket's path; see <c>uml_dir</c> and <c>umid</c> of the kernel's command line.</param>
    public static string State(string socket)
    {
        var text = new StringBuilder();
        foreach (var question in Questions)
        {
            text.Append("== ").AppendLine(question).AppendLine(Ask(socket, question));
        }

        return text.ToString();
    }

    private static string Ask(string path, string question)
    {
        var own = $"{path}-{Environment.ProcessId}";
        var answer = new StringBuilder();
        try
        {
            File.Delete(own);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000, SendTimeout = 10_000 };
            socket.Bind(new UnixDomainSocketEndPoint(own));
            var request = new byte[Header + MostCommand];
            BinaryPrimitives.WriteUInt32LittleEndian(request, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(4), Version);
            BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(8), Encoding.ASCII.GetBytes(question, request.AsSpan(Header)));
            socket.SendTo(request, new UnixDomainSocketEndPoint(path));
            var part = new byte[4096];
            for (var more = true; more;)
            {
                var size = socket.Receive(part);
                more = BinaryPrimitives.ReadInt32LittleEndian(part.AsSpan(4)) != 0;
                answer.Append(Encoding.UTF8.GetString(part, Header, Math.Min(size - Header, BinaryPrimitives.ReadInt32LittleEndian(part.AsSpan(8)))));
            }

            return answer.ToString();
        }
        catch (SocketException e)
        {
            return $"{answer}\nno further answer: {e.Message}";
        }
        finally
        {
            File.Delete(own);
        }
    }
}
