// The theme is switched without asking the server; the cookie tells it for the next page.
(() => {
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    for (const link of document.querySelectorAll('link[data-for]'))
      link.media = theme === 'auto' ? `(prefers-color-scheme: ${link.dataset.for})` : theme === link.dataset.for ? 'all' : 'not all';
  };
  const select = () => {
    const control = document.getElementById('theme');
    if (control && control.value !== document.documentElement.dataset.theme) control.value = document.documentElement.dataset.theme;
  };
  document.addEventListener('change', (event) => {
    if (event.target.id !== 'theme') return;
    document.cookie = `theme=${event.target.value}; path=/; max-age=31536000; samesite=strict`;
    show(event.target.value);
  });
  // The page is rendered again when it becomes interactive, and its select with it.
  new MutationObserver(select).observe(document.body, { childList: true, subtree: true });
  select();
})();
