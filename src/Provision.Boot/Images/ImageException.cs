namespace Provision.Boot.Images;

/// <summary>An image cannot be built, for a reason that the engineer can do something about; the message says what.</summary>
/// <param name="message">What happened and what to do next.</param>
public sealed class ImageException(string message) : Exception(message);
