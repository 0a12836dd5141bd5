// A program without endpoints: it says what it was started with and stays.
Console.WriteLine(string.Join(' ', args));
Thread.Sleep(Timeout.Infinite);
