// Live counters: characters as people count them, not UTF-16 units.
for (const counter of document.querySelectorAll('[data-count-for]')) {
  const field = document.getElementById(counter.dataset.countFor);
  const limit = Number(field.dataset.limit);
  const show = () => {
    const used = [...field.value].length;
    counter.textContent = `${used} / ${limit}`;
    counter.classList.toggle('over', used > limit);
  };
  field.addEventListener('input', show);
  show();
}

for (const form of document.querySelectorAll('form[data-upload]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form);
  });
}

function send(form) {
  const button = form.querySelector('button');
  const bar = form.querySelector('.progress');
  const progress = form.querySelector('progress');
  const outcome = form.querySelector('[data-outcome]');
  const request = new XMLHttpRequest();
  const body = new FormData(form);

  outcome.replaceChildren();
  progress.value = 0;
  bar.hidden = false;
  button.disabled = true;

  const finish = (...shown) => {
    bar.hidden = true;
    button.disabled = false;
    outcome.replaceChildren(...shown);
  };
  const fail = (message) => finish(box('alert', message));

  request.upload.addEventListener('progress', ({ loaded, total }) => {
    if (total > 0) progress.value = (loaded / total) * 100;
  });
  const failUnclear = () =>
    fail('The connection was lost. Your post may or may not have been shared; look at your profile.');
  request.addEventListener('error', failUnclear);
  request.addEventListener('load', () => {
    const answer = readAnswer(request.responseText);
    if (request.status === 201) {
      const done = box('status', `${answer.message} `);
      const link = document.createElement('a');
      link.href = answer.permalink;
      link.className = 'view-post';
      link.textContent = 'View post';
      done.append(link);
      finish(done);
      form.reset();
      for (const field of form.querySelectorAll('[data-limit]')) field.dispatchEvent(new Event('input'));
    } else if (answer.goTo) {
      window.location.assign(answer.goTo);
    } else if (answer.message) {
      fail(answer.message);
    } else {
      // A connection that ends in the middle looks like an empty answer to the browser.
      failUnclear();
    }
  });
  request.open('POST', form.action);
  request.setRequestHeader('Accept', 'application/json');
  request.send(body);
}

function readAnswer(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function box(role, text) {
  const element = document.createElement('p');
  element.setAttribute('role', role);
  element.className = `${role} flush`;
  element.textContent = text;
  return element;
}
