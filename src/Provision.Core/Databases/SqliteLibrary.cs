using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Provision.Core;

/// <summary>Loads the native SQLite library embedded in the program, and only when a database is first opened: a diff does not need it.</summary>
internal static class SqliteLibrary
{
    private static readonly Lock Turn = new();
    private static nint handle;

    /// <summary>Loads the library once, from memory: the disk may be full.</summary>
    /// <exception cref="DllNotFoundException">The library cannot be loaded.</exception>
    public static void Load()
    {
        lock (Turn)
        {
            if (handle != 0)
            {
                return;
            }

            using var file = new SafeFileHandle(LinuxCalls.MakeMemoryFile("sqlite", 0), ownsHandle: true);
            if (file.IsInvalid)
            {
                throw new DllNotFoundException($"SQLite cannot be loaded: error {Marshal.GetLastPInvokeError()} of memfd_create");
            }

            using var to = new FileStream(file, FileAccess.Write, 0);
            using var from = typeof(SqliteLibrary).Assembly.GetManifestResourceStream("libe_sqlite3.so")!;
            from.CopyTo(to);
            handle = NativeLibrary.Load($"/proc/self/fd/{file.DangerousGetHandle()}");
            NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) => name == "e_sqlite3" ? handle : 0);
            SQLitePCL.Batteries_V2.Init();
        }
    }
}
